!> Latitude-longitude channel on the sphere, Arakawa C grid, and its division
!> among the ranks.
!>
!> Cell (i,j) has h at its centre, u on its east face and v on its north face;
!> "corner (i,j)" is its north-east corner. Longitude is periodic; the channel
!> ends at walls in the south and the north.
module swe_grid
  use mpi_f08
  use swe_kinds, only: wp, halo_width, pi, degree, earth_radius, earth_omega
  use swe_math, only: scalar_sin, scalar_cos
  use swe_config, only: config
  implicit none
  private

  public :: grid_create, grid_destroy, local_block

  type, public :: grid
    type(MPI_Comm) :: comm = MPI_COMM_NULL  ! cartesian, reordering off
    integer :: rank = 0, nranks = 1
    integer :: dims(2) = 1, coords(2) = 0   ! x first
    integer :: west = MPI_PROC_NULL, east = MPI_PROC_NULL
    integer :: south = MPI_PROC_NULL, north = MPI_PROC_NULL

    integer :: nxg = 0, nyg = 0             ! global cells
    integer :: nx = 0, ny = 0               ! cells of this rank
    integer :: i0 = 0, j0 = 0               ! global index = i0 + i, j0 + j
    integer :: nv = 0                       ! rows of v that are prognostic

    real(wp) :: dlon = 0.0_wp, dlat = 0.0_wp, dy = 0.0_wp
    real(wp) :: lat_wall = 0.0_wp           ! south wall, radians
    real(wp) :: dx_mid = 0.0_wp             ! cell width in mid-channel
    real(wp) :: dx_min = 0.0_wp             ! narrowest cell of the channel
    real(wp), allocatable :: lon(:)         ! cell centres, radians
    real(wp), allocatable :: lat(:)         ! cell centres, radians
    real(wp), allocatable :: lat_v(:)       ! north faces, radians

    ! Lengths and areas depend on the row alone. Rows beyond a wall repeat
    ! those inside in mirror image: with mirrored fields the operators then
    ! give zero vorticity at the wall, i.e. free slip, without special cases.
    real(wp), allocatable :: dx_u(:)        ! width at cell centres
    real(wp), allocatable :: dx_v(:)        ! width at north faces
    real(wp), allocatable :: area(:)        ! exact area of a cell
    real(wp), allocatable :: area_q(:)      ! area about a corner
    real(wp), allocatable :: f_q(:)         ! Coriolis parameter at corners
  end type grid

contains

  subroutine grid_create(g, cfg, comm)
    type(grid), intent(out) :: g
    type(config), intent(in) :: cfg
    type(MPI_Comm), intent(in) :: comm

    g%nxg = cfg%nx
    g%nyg = cfg%ny
    call divide(g, cfg, comm)
    call set_coordinates(g, cfg)
    call set_metric(g)
  end subroutine grid_create

  subroutine grid_destroy(g)
    type(grid), intent(inout) :: g

    if (g%comm /= MPI_COMM_NULL) call MPI_Comm_free(g%comm)
  end subroutine grid_destroy

  subroutine divide(g, cfg, comm)
    type(grid), intent(inout) :: g
    type(config), intent(in) :: cfg
    type(MPI_Comm), intent(in) :: comm

    call MPI_Comm_size(comm, g%nranks)
    g%dims = [cfg%px, cfg%py]
    if (allocated(cfg%xcuts)) g%dims(1) = size(cfg%xcuts) + 1
    if (allocated(cfg%ycuts)) g%dims(2) = size(cfg%ycuts) + 1
    call complete_dims(g%dims, g%nranks)
    call MPI_Cart_create(comm, 2, g%dims, [.true., .false.], .false., g%comm)
    call MPI_Comm_rank(g%comm, g%rank)
    call MPI_Cart_coords(g%comm, g%rank, 2, g%coords)
    call MPI_Cart_shift(g%comm, 0, 1, g%west, g%east)
    call MPI_Cart_shift(g%comm, 1, 1, g%south, g%north)

    call local_block(g%nxg, g%dims(1), g%coords(1), cfg%xcuts, g%i0, g%nx)
    call local_block(g%nyg, g%dims(2), g%coords(2), cfg%ycuts, g%j0, g%ny)
    ! A thinner block could not fill its neighbour's halo, and the wall
    ! condition mirrors the row that lies halo_width + 1 faces inside.
    if (g%nx < halo_width .or. g%ny < halo_width + 1) &
      error stop 'in_situ: a rank has too few cells, use fewer ranks'

    g%nv = g%ny
    if (g%j0 + g%ny == g%nyg) g%nv = g%ny - 1
  end subroutine divide

  subroutine complete_dims(dims, nranks)
    integer, intent(inout) :: dims(2)
    integer, intent(in) :: nranks

    if (mod(nranks, product(max(dims, 1))) /= 0) &
      error stop 'in_situ: px*py does not fit the number of ranks'
    call MPI_Dims_create(nranks, 2, dims)
    if (product(dims) /= nranks) &
      error stop 'in_situ: px*py is not the number of ranks'
  end subroutine complete_dims

  !> First cell (0-based) and size of a block: by the given cuts, or as even
  !> as may be with the remainder on the first blocks.
  pure subroutine local_block(n, nblocks, block, cuts, start, extent)
    integer, intent(in) :: n
    integer, intent(in) :: nblocks
    integer, intent(in) :: block
    integer, allocatable, intent(in) :: cuts(:)
    integer, intent(out) :: start
    integer, intent(out) :: extent
    integer :: last

    if (allocated(cuts)) then
      start = 0
      last = n
      if (block > 0) start = cuts(block)
      if (block < nblocks - 1) last = cuts(block + 1)
      extent = last - start
    else
      extent = n / nblocks
      start = block * extent + min(block, mod(n, nblocks))
      if (block < mod(n, nblocks)) extent = extent + 1
    end if
  end subroutine local_block

  !> Every value comes from global indices alone, so all ranks that hold a row
  !> hold the same bits for it.
  subroutine set_coordinates(g, cfg)
    type(grid), intent(inout) :: g
    type(config), intent(in) :: cfg
    integer :: i, j

    g%lat_wall = cfg%lat_south * degree
    g%dlon = 2.0_wp * pi / real(g%nxg, wp)
    g%dlat = (cfg%lat_north - cfg%lat_south) * degree / real(g%nyg, wp)
    g%dy = earth_radius * g%dlat
    g%dx_mid = earth_radius * g%dlon &
      * scalar_cos(0.5_wp * (cfg%lat_south + cfg%lat_north) * degree)
    g%dx_min = earth_radius * g%dlon &
      * scalar_cos(max(abs(cfg%lat_south), abs(cfg%lat_north)) * degree)

    allocate (g%lon(1-halo_width:g%nx+halo_width))
    allocate (g%lat(1-halo_width:g%ny+halo_width))
    allocate (g%lat_v(1-halo_width:g%ny+halo_width))
    do i = lbound(g%lon, 1), ubound(g%lon, 1)
      g%lon(i) = (real(g%i0 + i, wp) - 0.5_wp) * g%dlon
    end do
    do j = lbound(g%lat, 1), ubound(g%lat, 1)
      g%lat(j) = g%lat_wall + g%dlat * &
        (real(mirror(g%j0 + j, 1, g%nyg), wp) - 0.5_wp)
      g%lat_v(j) = g%lat_wall + g%dlat * real(mirror(g%j0 + j, 0, g%nyg), wp)
    end do
  end subroutine set_coordinates

  !> Row seen in the wall: for centres (first = 1) the wall lies between two
  !> rows, for faces (first = 0) on a row.
  pure function mirror(row, first, last) result(r)
    integer, intent(in) :: row
    integer, intent(in) :: first
    integer, intent(in) :: last
    integer :: r

    r = row
    if (r < first) r = first - r
    if (r > last) r = 2 * last + first - r
  end function mirror

  subroutine set_metric(g)
    type(grid), intent(inout) :: g
    integer :: j, lo, hi, jg
    real(wp) :: south, north

    lo = lbound(g%lat, 1)
    hi = ubound(g%lat, 1)
    allocate (g%dx_u(lo:hi), g%dx_v(lo:hi), g%area(lo:hi))
    allocate (g%area_q(lo:hi), g%f_q(lo:hi))
    do j = lo, hi
      g%dx_u(j) = earth_radius * scalar_cos(g%lat(j)) * g%dlon
      g%dx_v(j) = earth_radius * scalar_cos(g%lat_v(j)) * g%dlon
      g%f_q(j) = 2.0_wp * earth_omega * scalar_sin(g%lat_v(j))
      jg = mirror(g%j0 + j, 1, g%nyg)
      north = g%lat_wall + real(jg, wp) * g%dlat
      south = g%lat_wall + real(jg - 1, wp) * g%dlat
      g%area(j) = earth_radius**2 * g%dlon &
        * (scalar_sin(north) - scalar_sin(south))
    end do
    ! The mean of the cells about a corner, so that a uniform layer has a
    ! uniform thickness at corners.
    do j = lo, hi - 1
      g%area_q(j) = 0.5_wp * (g%area(j) + g%area(j+1))
    end do
    g%area_q(hi) = g%area(hi)
  end subroutine set_metric

end module swe_grid
