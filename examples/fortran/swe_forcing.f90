!> Momentum forcing: relaxation towards a zonal jet, linear drag, and random
!> stirring without divergence.
!>
!>   F_u = (u_jet(lat) - u) / tau - d(psi)/dy
!>   F_v =               - v / tau + d(psi)/dx
!>
!> The jet is narrow enough for barotropic instability (beta - u_yy changes
!> sign; Vallis, Atmospheric and Oceanic Fluid Dynamics, 2nd ed., ch. 9).
!> The stirring follows the idea of Vallis, Gerber, Kushner and Cash (2004),
!> J. Atmos. Sci. 61, 264: random large-scale vorticity sources keep the flow
!> irregular where the instability alone might settle into one steady wave.
module swe_forcing
  use swe_kinds, only: wp, halo_width, pi, degree, day_seconds, earth_radius
  use swe_math, only: scalar_sin, scalar_cos, scalar_exp
  use swe_config, only: config
  use swe_grid, only: grid
  use swe_hash, only: hash_normal
  implicit none
  private

  public :: forcing_create, forcing_apply, jet_profile

  integer, parameter :: m_first = 3, m_last = 8   ! zonal wave numbers
  integer, parameter :: l_last = 3                ! meridional half waves

  type, public :: forcing
    private
    real(wp) :: rate = 0.0_wp                     ! 1 / tau
    real(wp) :: amplitude = 0.0_wp                ! of psi, m2 s-2
    integer :: knot_steps = 1                     ! steps between knots
    integer :: knot = -1                          ! knot held in psi_a
    real(wp), allocatable :: u_jet(:)
    real(wp), allocatable :: psi_a(:,:), psi_b(:,:), psi(:,:)   ! (0:nx, 0:ny)
  end type forcing

contains

  subroutine forcing_create(fc, g, cfg, dt)
    type(forcing), intent(out) :: fc
    type(grid), intent(in) :: g
    type(config), intent(in) :: cfg
    real(wp), intent(in) :: dt
    integer :: nmodes, j

    fc%rate = 1.0_wp / (cfg%jet_days * day_seconds)
    fc%knot_steps = max(1, nint(cfg%stir_days * day_seconds / dt))
    nmodes = (m_last - m_first + 1) * l_last
    ! Wave number 6 in mid-latitudes then has a velocity tendency of about
    ! cfg%stir.
    fc%amplitude = cfg%stir / day_seconds * earth_radius / 8.0_wp &
      / sqrt(0.5_wp * real(nmodes, wp))
    allocate (fc%u_jet(g%ny))
    do j = 1, g%ny
      fc%u_jet(j) = jet_profile(cfg, g%lat(j))
    end do
    allocate (fc%psi_a(0:g%nx, 0:g%ny), source=0.0_wp)
    allocate (fc%psi_b(0:g%nx, 0:g%ny), source=0.0_wp)
    allocate (fc%psi(0:g%nx, 0:g%ny), source=0.0_wp)
  end subroutine forcing_create

  pure function jet_profile(cfg, lat) result(u)
    type(config), intent(in) :: cfg
    real(wp), intent(in) :: lat
    real(wp) :: u

    u = cfg%jet_speed &
      * scalar_exp(-((lat / degree - cfg%jet_lat) / cfg%jet_width)**2)
  end function jet_profile

  !> Adds the forcing of a step to the momentum tendencies.
  subroutine forcing_apply(fc, g, step, u, v, fu, fv)
    type(forcing), intent(inout) :: fc
    type(grid), intent(in) :: g
    integer, intent(in) :: step
    real(wp), contiguous, intent(in) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: v(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: fu(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: fv(1-halo_width:, 1-halo_width:)
    real(wp) :: r_dy, r_dx
    integer :: i, j

    call stir(fc, g, step)
    r_dy = 1.0_wp / g%dy
    do j = 1, g%ny
      r_dx = 1.0_wp / g%dx_v(j)
      do i = 1, g%nx
        fu(i,j) = fu(i,j) + fc%rate * (fc%u_jet(j) - u(i,j)) &
          - r_dy * (fc%psi(i,j) - fc%psi(i,j-1))
        fv(i,j) = fv(i,j) - fc%rate * v(i,j) &
          + r_dx * (fc%psi(i,j) - fc%psi(i-1,j))
      end do
    end do
  end subroutine forcing_apply

  !> psi of a step, between the random patterns of two knots in time. The
  !> weights keep its variance constant; being a function of the step alone,
  !> it needs no state in a restart.
  subroutine stir(fc, g, step)
    type(forcing), intent(inout) :: fc
    type(grid), intent(in) :: g
    integer, intent(in) :: step
    real(wp) :: s, wa, wb
    integer :: knot, i, j

    knot = step / fc%knot_steps
    if (knot /= fc%knot) then
      call random_pattern(fc, g, knot, fc%psi_a)
      call random_pattern(fc, g, knot + 1, fc%psi_b)
      fc%knot = knot
    end if
    s = real(mod(step, fc%knot_steps), wp) / real(fc%knot_steps, wp)
    wa = scalar_cos(0.5_wp * pi * s)
    wb = scalar_sin(0.5_wp * pi * s)
    do j = 0, g%ny
      do i = 0, g%nx
        fc%psi(i,j) = wa * fc%psi_a(i,j) + wb * fc%psi_b(i,j)
      end do
    end do
  end subroutine stir

  !> Sum of waves with random amplitudes keyed by (global mode, knot); zero on
  !> the walls, so that no stirring velocity crosses them.
  subroutine random_pattern(fc, g, knot, psi)
    type(forcing), intent(in) :: fc
    type(grid), intent(in) :: g
    integer, intent(in) :: knot
    real(wp), intent(out) :: psi(0:, 0:)
    real(wp) :: c(0:g%nx), s(0:g%nx)
    real(wp) :: a, b, y
    integer :: i, j, l, m, key

    psi = 0.0_wp
    do m = m_first, m_last
      do i = 0, g%nx
        ! Taken around the globe, so that both ends of a periodic row get the
        ! same bits.
        c(i) = scalar_cos(real(m * modulo(g%i0 + i, g%nxg), wp) * g%dlon)
        s(i) = scalar_sin(real(m * modulo(g%i0 + i, g%nxg), wp) * g%dlon)
      end do
      do l = 1, l_last
        key = 2 * (m * (l_last + 1) + l)
        a = fc%amplitude * hash_normal(key, knot)
        b = fc%amplitude * hash_normal(key + 1, knot)
        do j = 0, g%ny
          if (g%j0 + j == 0 .or. g%j0 + j == g%nyg) cycle
          y = scalar_sin(real(l * (g%j0 + j), wp) * pi / real(g%nyg, wp))
          psi(:,j) = psi(:,j) + y * (a * c + b * s)
        end do
      end do
    end do
  end subroutine random_pattern

end module swe_forcing
