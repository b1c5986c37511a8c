!> Biharmonic viscosity F = -nu4 L(L(u,v)) with the vector Laplacian
!>
!>   L(u,v) = grad(div) + k x grad(zeta)
!>
!> on the C grid. Built from div and zeta it has the metric terms of the sphere
!> without further ado and damps divergence and vorticity each on its own (e.g.
!> Ringler et al. 2010, J. Comput. Phys. 229, 3065). Applied twice it acts on
!> the grid-scale end of the spectrum, where the enstrophy cascade piles up.
module swe_viscosity
  use swe_kinds, only: wp, halo_width, pi
  use swe_config, only: config
  use swe_grid, only: grid
  implicit none
  private

  public :: viscosity_create, viscosity_apply

  type, public :: viscosity
    private
    real(wp) :: nu4 = 0.0_wp
    real(wp), allocatable :: div(:,:)              ! at cell centres
    real(wp), allocatable :: zeta(:,:)             ! at corners
    real(wp), allocatable :: lu(:,:), lv(:,:)      ! L(u,v)
  end type viscosity

contains

  subroutine viscosity_create(vs, g, cfg, dt)
    type(viscosity), intent(out) :: vs
    type(grid), intent(in) :: g
    type(config), intent(in) :: cfg
    real(wp), intent(in) :: dt
    integer, parameter :: lo = 1 - halo_width
    real(wp) :: largest
    integer :: ihi, jhi

    ! cfg%grid_hours: e-folding time of a wave two cells long in mid-channel.
    vs%nu4 = (min(g%dy, g%dx_mid) / pi)**4 / (cfg%grid_hours * 3600.0_wp)
    ! The largest eigenvalue of the discrete operator bounds what the time
    ! step can take.
    largest = (4.0_wp / g%dy**2 + 4.0_wp / g%dx_min**2)**2
    vs%nu4 = min(vs%nu4, 0.5_wp / (dt * largest))

    ihi = g%nx + halo_width
    jhi = g%ny + halo_width
    allocate (vs%div(lo:ihi, lo:jhi), source=0.0_wp)
    allocate (vs%zeta(lo:ihi, lo:jhi), source=0.0_wp)
    allocate (vs%lu(lo:ihi, lo:jhi), source=0.0_wp)
    allocate (vs%lv(lo:ihi, lo:jhi), source=0.0_wp)
  end subroutine viscosity_create

  !> Sets (fu, fv) to the viscous tendency. The first Laplacian is taken one
  !> cell into the halo, so that the second needs no exchange of its own.
  subroutine viscosity_apply(vs, g, u, v, fu, fv)
    type(viscosity), intent(inout) :: vs
    type(grid), intent(in) :: g
    real(wp), contiguous, intent(in) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: v(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: fu(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: fv(1-halo_width:, 1-halo_width:)

    call div_and_curl(g, 1, u, v, vs%div, vs%zeta)
    call gradients(g, 1, 1.0_wp, vs%div, vs%zeta, vs%lu, vs%lv)
    call div_and_curl(g, 0, vs%lu, vs%lv, vs%div, vs%zeta)
    call gradients(g, 0, -vs%nu4, vs%div, vs%zeta, fu, fv)
  end subroutine viscosity_apply

  !> div and zeta as far as gradients() on a block widened by w cells asks.
  subroutine div_and_curl(g, w, u, v, div, zeta)
    type(grid), intent(in) :: g
    integer, intent(in) :: w
    real(wp), contiguous, intent(in) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: v(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: div(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: zeta(1-halo_width:, 1-halo_width:)
    real(wp) :: dy, dn, ds, r
    integer :: i, j

    dy = g%dy
    do j = 1 - w, g%ny + w + 1
      dn = g%dx_v(j)
      ds = g%dx_v(j-1)
      r = 1.0_wp / g%area(j)
      do i = 1 - w, g%nx + w + 1
        div(i,j) = r * (dy * (u(i,j) - u(i-1,j)) &
          + (dn * v(i,j) - ds * v(i,j-1)))
      end do
    end do
    do j = -w, g%ny + w
      dn = g%dx_u(j+1)
      ds = g%dx_u(j)
      r = 1.0_wp / g%area_q(j)
      do i = -w, g%nx + w
        zeta(i,j) = r * (dy * (v(i+1,j) - v(i,j)) &
          - (dn * u(i,j+1) - ds * u(i,j)))
      end do
    end do
  end subroutine div_and_curl

  subroutine gradients(g, w, scale, div, zeta, lu, lv)
    type(grid), intent(in) :: g
    integer, intent(in) :: w
    real(wp), intent(in) :: scale
    real(wp), contiguous, intent(in) :: div(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: zeta(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: lu(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: lv(1-halo_width:, 1-halo_width:)
    real(wp) :: r_dy, r_dxu, r_dxv
    integer :: i, j

    r_dy = scale / g%dy
    do j = 1 - w, g%ny + w
      r_dxu = scale / g%dx_u(j)
      r_dxv = scale / g%dx_v(j)
      do i = 1 - w, g%nx + w
        lu(i,j) = r_dxu * (div(i+1,j) - div(i,j)) &
          - r_dy * (zeta(i,j) - zeta(i,j-1))
        lv(i,j) = r_dy * (div(i,j+1) - div(i,j)) &
          + r_dxv * (zeta(i,j) - zeta(i-1,j))
      end do
    end do
  end subroutine gradients

end module swe_viscosity
