!> Rotating shallow water in vector-invariant form,
!>
!>   du/dt = + q (h v) - d(g h + K)/dx + F_u
!>   dv/dt = - q (h u) - d(g h + K)/dy + F_v       q = (f + zeta) / h
!>   dh/dt = - div(h u, h v)                       K = (u**2 + v**2) / 2
!>
!> discretised after Sadourny (1975), J. Atmos. Sci. 32, 680: his scheme that
!> conserves potential enstrophy, here with lengths and areas of the sphere
!> (equations: Vallis, Atmospheric and Oceanic Fluid Dynamics, ch. 3).
!> Potential enstrophy rather than energy, since at these resolutions an
!> unchecked enstrophy cascade is what fills a height field with grid noise.
!>
!> Time stepping: third-order SSP Runge-Kutta of Shu and Osher (1988),
!> J. Comput. Phys. 77, 439.
module swe_dynamics
  use swe_kinds, only: wp, halo_width, gravity
  use swe_grid, only: grid
  implicit none
  private

  public :: work_create, runge_kutta_stage, save_state

  type :: flux_row
    real(wp), allocatable :: uh(:), vh(:)          ! volume fluxes, m3/s
    real(wp), allocatable :: q(:)                  ! potential vorticity
    real(wp), allocatable :: b(:)                  ! Bernoulli function
  end type flux_row

  !> Scratch of one step. The fields carry halos like the state, so that all
  !> loops share one index space.
  type, public :: work
    type(flux_row), private :: row(0:2)
    real(wp), allocatable :: fu(:,:), fv(:,:)      ! forcing and viscosity
    real(wp), allocatable :: h0(:,:), u0(:,:), v0(:,:)
  end type work

  !> Stage k forms s0 + weight(k) * ((s - s0) + dt * tendency(s)). Written
  !> with the increment from s0 the weights of s0 and s need not add up to one
  !> in floating point: 1/3 and 2/3 do not, and mass would leak every step.
  real(wp), parameter, public :: stage_weight(3) = &
    [1.0_wp, 0.25_wp, 2.0_wp / 3.0_wp]

contains

  subroutine work_create(wk, g)
    type(work), intent(out) :: wk
    type(grid), intent(in) :: g
    integer, parameter :: lo = 1 - halo_width
    integer :: ihi, jhi, k

    ihi = g%nx + halo_width
    jhi = g%ny + halo_width
    do k = 0, 2
      allocate (wk%row(k)%uh(lo:ihi), wk%row(k)%vh(lo:ihi), source=0.0_wp)
      allocate (wk%row(k)%q(lo:ihi), wk%row(k)%b(lo:ihi), source=0.0_wp)
    end do
    allocate (wk%fu(lo:ihi, lo:jhi), wk%fv(lo:ihi, lo:jhi), source=0.0_wp)
    allocate (wk%h0(lo:ihi, lo:jhi), wk%u0(lo:ihi, lo:jhi), source=0.0_wp)
    allocate (wk%v0(lo:ihi, lo:jhi), source=0.0_wp)
  end subroutine work_create

  subroutine save_state(wk, h, u, v)
    type(work), intent(inout) :: wk
    real(wp), contiguous, intent(in) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: v(1-halo_width:, 1-halo_width:)

    wk%h0 = h
    wk%u0 = u
    wk%v0 = v
  end subroutine save_state

  !> One Runge-Kutta stage, in place, from a state with one valid halo cell.
  !> Row by row: the fluxes run one row ahead of the update, so that they are
  !> still in cache when it reads them and only three rows of them are kept.
  !> That order also lets the update overwrite the state: fluxes_of_row(j+1)
  !> reads nothing south of v(:,j).
  subroutine runge_kutta_stage(wk, g, weight, dt, h, u, v)
    type(work), intent(inout) :: wk
    type(grid), intent(in) :: g
    real(wp), intent(in) :: weight
    real(wp), intent(in) :: dt
    real(wp), contiguous, intent(inout) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: v(1-halo_width:, 1-halo_width:)
    integer :: j

    call fluxes_of_row(wk%row(0), g, 0, h, u, v)
    call fluxes_of_row(wk%row(1), g, 1, h, u, v)
    do j = 1, g%ny
      associate (south => wk%row(mod(j+2, 3)), here => wk%row(mod(j, 3)), &
          north => wk%row(mod(j+1, 3)))
        call fluxes_of_row(north, g, j + 1, h, u, v)
        call update_h_and_u(wk, g, south, here, j, weight, dt, h, u)
        if (j <= g%nv) call update_v(wk, g, here, north, j, weight, dt, v)
      end associate
    end do
  end subroutine runge_kutta_stage

  subroutine fluxes_of_row(r, g, j, h, u, v)
    type(flux_row), intent(inout) :: r
    type(grid), intent(in) :: g
    integer, intent(in) :: j
    real(wp), contiguous, intent(in) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: v(1-halo_width:, 1-halo_width:)
    real(wp) :: dy, hdy, hdx, dn, ds, fa, an, as, kn, ks
    integer :: i

    dy = g%dy
    hdy = 0.5_wp * dy
    hdx = 0.5_wp * g%dx_v(j)
    dn = g%dx_u(j+1)
    ds = g%dx_u(j)
    an = 0.25_wp * g%area(j+1)
    as = 0.25_wp * g%area(j)
    fa = g%f_q(j) * g%area_q(j)
    kn = 0.25_wp * g%dx_v(j) * dy / g%area(j)
    ks = 0.25_wp * g%dx_v(j-1) * dy / g%area(j)
    do i = 0, g%nx + 1
      r%uh(i) = hdy * (h(i,j) + h(i+1,j)) * u(i,j)
      r%vh(i) = hdx * (h(i,j) + h(i,j+1)) * v(i,j)
      r%q(i) = (fa + dy * (v(i+1,j) - v(i,j)) &
        - (dn * u(i,j+1) - ds * u(i,j))) &
        / (as * (h(i,j) + h(i+1,j)) + an * (h(i,j+1) + h(i+1,j+1)))
      r%b(i) = gravity * h(i,j) &
        + 0.25_wp * (u(i-1,j)**2 + u(i,j)**2) &
        + (kn * v(i,j)**2 + ks * v(i,j-1)**2)
    end do
  end subroutine fluxes_of_row

  !> The continuity equation subtracts the very fluxes its neighbours add, so
  !> volume is conserved to rounding.
  subroutine update_h_and_u(wk, g, south, here, j, weight, dt, h, u)
    type(work), intent(in) :: wk
    type(grid), intent(in) :: g
    type(flux_row), intent(in) :: south
    type(flux_row), intent(in) :: here
    integer, intent(in) :: j
    real(wp), intent(in) :: weight
    real(wp), intent(in) :: dt
    real(wp), contiguous, intent(inout) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: u(1-halo_width:, 1-halo_width:)
    real(wp) :: r_area, r_dx, dh, du
    integer :: i

    r_area = 1.0_wp / g%area(j)
    r_dx = 1.0_wp / g%dx_u(j)
    do i = 1, g%nx
      dh = -r_area * ((here%uh(i) - here%uh(i-1)) + (here%vh(i) - south%vh(i)))
      du = wk%fu(i,j) + r_dx * (here%b(i) - here%b(i+1) &
        + 0.125_wp * (here%q(i) + south%q(i)) &
        * ((here%vh(i) + here%vh(i+1)) + (south%vh(i) + south%vh(i+1))))
      h(i,j) = wk%h0(i,j) + weight * ((h(i,j) - wk%h0(i,j)) + dt * dh)
      u(i,j) = wk%u0(i,j) + weight * ((u(i,j) - wk%u0(i,j)) + dt * du)
    end do
  end subroutine update_h_and_u

  subroutine update_v(wk, g, here, north, j, weight, dt, v)
    type(work), intent(in) :: wk
    type(grid), intent(in) :: g
    type(flux_row), intent(in) :: here
    type(flux_row), intent(in) :: north
    integer, intent(in) :: j
    real(wp), intent(in) :: weight
    real(wp), intent(in) :: dt
    real(wp), contiguous, intent(inout) :: v(1-halo_width:, 1-halo_width:)
    real(wp) :: r_dy, dv
    integer :: i

    r_dy = 1.0_wp / g%dy
    do i = 1, g%nx
      dv = wk%fv(i,j) + r_dy * (here%b(i) - north%b(i) &
        - 0.125_wp * (here%q(i) + here%q(i-1)) &
        * ((here%uh(i) + here%uh(i-1)) + (north%uh(i) + north%uh(i-1))))
      v(i,j) = wk%v0(i,j) + weight * ((v(i,j) - wk%v0(i,j)) + dt * dv)
    end do
  end subroutine update_v

end module swe_dynamics
