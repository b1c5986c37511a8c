!> The model: state, parameters and the time step.
module swe_model
  use mpi_f08
  use swe_kinds, only: wp, halo_width, gravity, earth_radius, earth_omega
  use swe_math, only: scalar_sin, scalar_cos
  use swe_config, only: config
  use swe_grid, only: grid, grid_create, grid_destroy
  use swe_halo, only: halo, halo_create, halo_exchange
  use swe_forcing, only: forcing, forcing_create, forcing_apply, jet_profile
  use swe_viscosity, only: viscosity, viscosity_create, viscosity_apply
  use swe_dynamics, only: work, work_create, runge_kutta_stage, save_state, &
    stage_weight
  implicit none
  private

  public :: model_create, model_step, model_destroy

  !> The fields keep their addresses for the life of the model: give the model
  !> the target attribute and h(1:grid%nx, 1:grid%ny) can be lent to another
  !> library without a copy.
  type, public :: model
    type(config) :: cfg
    type(grid) :: grid
    real(wp), allocatable :: h(:,:)      ! thickness, m; centres
    real(wp), allocatable :: u(:,:)      ! eastward, m/s; east faces
    real(wp), allocatable :: v(:,:)      ! northward, m/s; north faces
    real(wp) :: dt = 0.0_wp              ! s
    real(wp) :: time = 0.0_wp            ! s since the start
    integer :: step = 0
    type(halo), private :: halo
    type(forcing), private :: forcing
    type(viscosity), private :: viscosity
    type(work), private :: work
  end type model

contains

  subroutine model_create(m, cfg, comm)
    type(model), intent(out) :: m
    type(config), intent(in) :: cfg
    type(MPI_Comm), intent(in) :: comm
    integer, parameter :: lo = 1 - halo_width
    integer :: ihi, jhi

    m%cfg = cfg
    call grid_create(m%grid, cfg, comm)
    m%dt = cfg%dt
    if (m%dt <= 0.0_wp) m%dt = stable_step(m%grid, cfg)
    call halo_create(m%halo, m%grid)
    call forcing_create(m%forcing, m%grid, cfg, m%dt)
    call viscosity_create(m%viscosity, m%grid, cfg, m%dt)
    call work_create(m%work, m%grid)

    ihi = m%grid%nx + halo_width
    jhi = m%grid%ny + halo_width
    allocate (m%h(lo:ihi, lo:jhi), source=cfg%depth)
    allocate (m%u(lo:ihi, lo:jhi), m%v(lo:ihi, lo:jhi), source=0.0_wp)
    call set_initial_state(m)
  end subroutine model_create

  subroutine model_destroy(m)
    type(model), intent(inout) :: m

    call grid_destroy(m%grid)
  end subroutine model_destroy

  !> Forcing and viscosity are slow: taken once, from the start of the step,
  !> they cost a third and stay first-order accurate.
  subroutine model_step(m)
    type(model), intent(inout) :: m
    integer :: k

    call save_state(m%work, m%h, m%u, m%v)
    call viscosity_apply(m%viscosity, m%grid, m%u, m%v, m%work%fu, m%work%fv)
    call forcing_apply(m%forcing, m%grid, m%step, m%u, m%v, &
      m%work%fu, m%work%fv)
    do k = 1, size(stage_weight)
      call runge_kutta_stage(m%work, m%grid, stage_weight(k), m%dt, &
        m%h, m%u, m%v)
      call halo_exchange(m%halo, m%grid, m%h, m%u, m%v)
    end do
    m%step = m%step + 1
    m%time = real(m%step, wp) * m%dt
  end subroutine model_step

  !> Whole seconds below the limit of SSP-RK3 on the imaginary axis, sqrt(3),
  !> for gravity waves on the C grid riding on a flow faster than the jet.
  pure function stable_step(g, cfg) result(dt)
    type(grid), intent(in) :: g
    type(config), intent(in) :: cfg
    real(wp) :: dt, c, speed, rate

    c = sqrt(gravity * 1.4_wp * cfg%depth)
    speed = 1.6_wp * abs(cfg%jet_speed) + 10.0_wp
    rate = 2.0_wp * c * sqrt(1.0_wp / g%dx_min**2 + 1.0_wp / g%dy**2) &
      + speed / min(g%dx_min, g%dy)
    dt = 0.9_wp * sqrt(3.0_wp) / rate
    if (dt > 2.0_wp) dt = aint(dt)
  end function stable_step

  !> The jet in gradient-wind balance, disturbed by a day of stirring.
  subroutine set_initial_state(m)
    type(model), intent(inout) :: m
    real(wp), parameter :: stirred_for = 86400.0_wp
    integer :: j

    call set_balanced_thickness(m)
    do j = 1, m%grid%ny
      m%u(:, j) = jet_profile(m%cfg, m%grid%lat(j))
    end do
    ! u is the jet and v is zero, so this tendency holds the stirring alone.
    call forcing_apply(m%forcing, m%grid, 0, m%u, m%v, m%work%fu, m%work%fv)
    associate (nx => m%grid%nx, ny => m%grid%ny, nv => m%grid%nv)
      m%u(1:nx, 1:ny) = m%u(1:nx, 1:ny) + stirred_for * m%work%fu(1:nx, 1:ny)
      m%v(1:nx, 1:nv) = m%v(1:nx, 1:nv) + stirred_for * m%work%fv(1:nx, 1:nv)
    end associate
    call halo_exchange(m%halo, m%grid, m%h, m%u, m%v)
  end subroutine set_initial_state

  !> g dh/dphi = -a u (f + u tan(phi) / a), integrated from the south wall.
  !> Every rank integrates the whole profile in the same order, since a sum
  !> split among ranks would depend on the split.
  subroutine set_balanced_thickness(m)
    type(model), intent(inout) :: m
    real(wp) :: profile(m%grid%nyg), lat, s, c, u, f, weight, mean, total
    integer :: j

    associate (g => m%grid)
      profile(1) = 0.0_wp
      do j = 2, g%nyg
        lat = g%lat_wall + real(j - 1, wp) * g%dlat
        u = jet_profile(m%cfg, lat)
        s = scalar_sin(lat)
        c = scalar_cos(lat)
        f = 2.0_wp * earth_omega * s
        profile(j) = profile(j-1) &
          - g%dy / gravity * u * (f + u * s / (c * earth_radius))
      end do
      mean = 0.0_wp
      total = 0.0_wp
      do j = 1, g%nyg
        weight = scalar_cos(g%lat_wall + (real(j, wp) - 0.5_wp) * g%dlat)
        mean = mean + weight * profile(j)
        total = total + weight
      end do
      profile = m%cfg%depth + (profile - mean / total)
      if (minval(profile) <= 0.1_wp * m%cfg%depth) &
        error stop 'in_situ: depth too small for this jet'
      do j = 1, g%ny
        m%h(:, j) = profile(g%j0 + j)
      end do
    end associate
  end subroutine set_balanced_thickness

end module swe_model
