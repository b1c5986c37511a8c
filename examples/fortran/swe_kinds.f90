!> Number kinds and constants shared by all modules of the model.
module swe_kinds
  use, intrinsic :: iso_fortran_env, only: real64, int64
  implicit none
  private

  integer, parameter, public :: wp = real64
  integer, parameter, public :: i8 = int64

  !> Two cells: the biharmonic viscosity reaches that far, the rest needs one.
  integer, parameter, public :: halo_width = 2

  real(wp), parameter, public :: pi = 3.14159265358979323846_wp
  real(wp), parameter, public :: degree = pi / 180.0_wp
  real(wp), parameter, public :: earth_radius = 6.371e6_wp
  real(wp), parameter, public :: earth_omega = 7.292e-5_wp
  real(wp), parameter, public :: gravity = 9.80665_wp
  real(wp), parameter, public :: day_seconds = 86400.0_wp
end module swe_kinds
