!> Run parameters, read from key=value words on the command line.
module swe_config
  use, intrinsic :: iso_fortran_env, only: error_unit
  use swe_kinds, only: wp
  implicit none
  private

  public :: config_from_command_line

  type, public :: config
    integer :: nx = 180, ny = 60
    real(wp) :: lat_south = 15.0_wp, lat_north = 65.0_wp  ! degrees

    integer :: px = 0, py = 0               ! 0: MPI_Dims_create chooses
    integer, allocatable :: xcuts(:)        ! last global column of each block
    integer, allocatable :: ycuts(:)        ! but the last one

    integer :: steps = 36000                ! steps in all, spin-up included
    integer :: spinup = 4800                ! no samples before this step
    integer :: sample_every = 60
    integer :: report_every = 0             ! 0: four reports in a run
    real(wp) :: dt = 0.0_wp                 ! seconds; 0: from the wave speeds
    character(len=:), allocatable :: out    ! .npy file of the height samples
    character(len=:), allocatable :: eof    ! NetCDF file of the EOFs
    integer :: modes = 10                   ! EOFs to find
    integer :: bunch = 16                   ! samples per update of the EOFs
    integer :: kept = 30                    ! directions kept between updates

    real(wp) :: depth = 1500.0_wp           ! mean thickness, m
    real(wp) :: jet_speed = 60.0_wp         ! m/s
    real(wp) :: jet_lat = 40.0_wp           ! degrees
    real(wp) :: jet_width = 6.0_wp          ! degrees
    real(wp) :: jet_days = 8.0_wp           ! relaxation and drag time
    real(wp) :: stir = 2.5_wp               ! stirring, m/s per day
    real(wp) :: stir_days = 1.5_wp          ! its correlation time
    real(wp) :: grid_hours = 3.0_wp         ! damping time of two-cell waves
  end type config

contains

  function config_from_command_line() result(cfg)
    type(config) :: cfg
    character(len=1024) :: word
    integer :: k, eq

    do k = 1, command_argument_count()
      call get_command_argument(k, word)
      eq = index(word, '=')
      if (eq < 2) call refuse(trim(word), 'expected key=value')
      call set_value(cfg, word(:eq-1), trim(word(eq+1:)))
    end do
    if (cfg%report_every <= 0) cfg%report_every = max(1, cfg%steps / 4)
    call check(cfg)
  end function config_from_command_line

  subroutine set_value(cfg, key, val)
    type(config), intent(inout) :: cfg
    character(len=*), intent(in) :: key
    character(len=*), intent(in) :: val
    integer :: ios

    ios = 0
    select case (key)
    case ('nx');           read (val, *, iostat=ios) cfg%nx
    case ('ny');           read (val, *, iostat=ios) cfg%ny
    case ('lat_south');    read (val, *, iostat=ios) cfg%lat_south
    case ('lat_north');    read (val, *, iostat=ios) cfg%lat_north
    case ('px');           read (val, *, iostat=ios) cfg%px
    case ('py');           read (val, *, iostat=ios) cfg%py
    case ('xcuts');        call read_cuts(val, cfg%xcuts, ios)
    case ('ycuts');        call read_cuts(val, cfg%ycuts, ios)
    case ('steps');        read (val, *, iostat=ios) cfg%steps
    case ('spinup');       read (val, *, iostat=ios) cfg%spinup
    case ('sample_every'); read (val, *, iostat=ios) cfg%sample_every
    case ('report_every'); read (val, *, iostat=ios) cfg%report_every
    case ('dt');           read (val, *, iostat=ios) cfg%dt
    case ('out');          cfg%out = val
    case ('eof');          cfg%eof = val
    case ('modes');        read (val, *, iostat=ios) cfg%modes
    case ('bunch');        read (val, *, iostat=ios) cfg%bunch
    case ('kept');         read (val, *, iostat=ios) cfg%kept
    case ('depth');        read (val, *, iostat=ios) cfg%depth
    case ('jet_speed');    read (val, *, iostat=ios) cfg%jet_speed
    case ('jet_lat');      read (val, *, iostat=ios) cfg%jet_lat
    case ('jet_width');    read (val, *, iostat=ios) cfg%jet_width
    case ('jet_days');     read (val, *, iostat=ios) cfg%jet_days
    case ('stir');         read (val, *, iostat=ios) cfg%stir
    case ('stir_days');    read (val, *, iostat=ios) cfg%stir_days
    case ('grid_hours');   read (val, *, iostat=ios) cfg%grid_hours
    case default;          call refuse(key, 'unknown parameter')
    end select
    if (ios /= 0) call refuse(key // '=' // val, 'value not understood')
  end subroutine set_value

  subroutine read_cuts(val, cuts, ios)
    character(len=*), intent(in) :: val
    integer, allocatable, intent(out) :: cuts(:)
    integer, intent(out) :: ios
    integer :: n, k

    n = 1
    do k = 1, len(val)
      if (val(k:k) == ',') n = n + 1
    end do
    allocate (cuts(n), source=0)
    read (val, *, iostat=ios) cuts
  end subroutine read_cuts

  subroutine check(cfg)
    type(config), intent(in) :: cfg

    if (cfg%nx < 4 .or. cfg%ny < 4) call refuse('nx, ny', 'at least 4')
    if (cfg%steps < 0 .or. cfg%spinup < 0) call refuse('steps', 'negative')
    if (cfg%sample_every < 1) call refuse('sample_every', 'at least 1')
    if (cfg%modes < 1 .or. cfg%bunch < 1) &
      call refuse('modes, bunch', 'at least 1')
    if (cfg%lat_south <= -85.0_wp .or. cfg%lat_north >= 85.0_wp .or. &
        cfg%lat_south >= cfg%lat_north) &
      call refuse('lat_south, lat_north', 'need -85 < south < north < 85')
    if (cfg%depth <= 0.0_wp) call refuse('depth', 'must be positive')
    if (min(cfg%jet_days, cfg%stir_days, cfg%grid_hours, cfg%jet_width) &
        <= 0.0_wp) call refuse('*_days, *_hours, jet_width', 'must be positive')
  end subroutine check

  subroutine refuse(what, why)
    character(len=*), intent(in) :: what
    character(len=*), intent(in) :: why

    write (error_unit, '(4a)') 'in_situ: ', what, ': ', why
    error stop 2
  end subroutine refuse

end module swe_config
