!> EOFs of the model's height field while it runs. The field is lent, not
!> copied: Hearth reads h(1:nx,1:ny) where it lies, halo left out.
module swe_analysis
  use swe_kinds, only: wp, degree, day_seconds
  use swe_config, only: config
  use swe_model, only: model
  use hearth
  implicit none
  private

  public :: analysis_create, analysis_sample, analysis_finish

  type, public :: analysis
    type(hearth_context) :: ctx
    type(hearth_array) :: h
    type(hearth_metric) :: metric
    type(hearth_pca) :: eof
  end type analysis

contains

  subroutine analysis_create(a, m, cfg)
    type(analysis), intent(inout) :: a
    type(model), target, intent(in) :: m
    type(config), intent(in) :: cfg
    type(hearth_pca_options) :: options

    options%bunch = cfg%bunch
    options%n_kept = cfg%kept
    call a%ctx%create(m%grid%comm%MPI_VAL)
    call a%h%wrap(a%ctx, hearth_window(m%h(1:m%grid%nx,1:m%grid%ny)), &
      global_shape=[m%grid%nxg, m%grid%nyg], &
      start=[m%grid%i0 + 1, m%grid%j0 + 1])
    call name_axes(a%h, m)
    call a%metric%create(a%ctx)
    call weigh_by_area(a, m)
    call a%eof%create(a%ctx, cfg%modes, a%metric, options)
    call a%eof%set_time_units('days since 0001-01-01', '360_day')
  end subroutine analysis_create

  !> One sample: the field as it is now.
  subroutine analysis_sample(a, m)
    type(analysis), intent(inout) :: a
    type(model), intent(in) :: m

    call a%eof%partial_fit(a%h, m%time / day_seconds)
  end subroutine analysis_sample

  subroutine analysis_finish(a, path)
    type(analysis), intent(inout) :: a
    character(len=*), intent(in) :: path

    call a%eof%write(path)
    call a%eof%destroy()
    call a%metric%destroy()
    call a%h%destroy()
    call a%ctx%destroy()
  end subroutine analysis_finish

  subroutine name_axes(h, m)
    type(hearth_array), intent(inout) :: h
    type(model), intent(in) :: m
    real(wp) :: lon(m%grid%nxg), lat(m%grid%nyg)
    integer :: k

    associate (g => m%grid)
      lon = [((real(k, wp) - 0.5_wp) * g%dlon, k = 1, g%nxg)] / degree
      lat = [(g%lat_wall + (real(k, wp) - 0.5_wp) * g%dlat, k = 1, g%nyg)] &
        / degree
    end associate
    call h%set_name('height', 'm')
    call h%set_axis(1, 'lon', 'degrees_east', lon)
    call h%set_axis(2, 'lat', 'degrees_north', lat)
  end subroutine name_axes

  !> The metric takes the values at once, so the areas may be temporary.
  subroutine weigh_by_area(a, m)
    type(analysis), intent(inout) :: a
    type(model), intent(in) :: m
    real(wp), target :: area(m%grid%nx,m%grid%ny)
    type(hearth_array) :: weight

    area = spread(m%grid%area(1:m%grid%ny), 1, m%grid%nx)
    call weight%wrap(a%ctx, hearth_window(area), &
      global_shape=[m%grid%nxg, m%grid%nyg], &
      start=[m%grid%i0 + 1, m%grid%j0 + 1])
    call a%metric%weight(1, weight, [1, 2])
    call weight%destroy()
  end subroutine weigh_by_area

end module swe_analysis
