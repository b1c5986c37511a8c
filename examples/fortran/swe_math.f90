!> sin, cos and exp as plain calls of the C library, one number at a time.
!>
!> gfortran on glibc may turn the intrinsics in a loop into calls of the vector
!> library libmvec, even without -ffast-math, and finishes the loop with scalar
!> calls. The two differ in the last bit, so a value would depend on where in a
!> rank's block its index falls: the state would depend on the decomposition.
module swe_math
  use, intrinsic :: iso_c_binding, only: c_double
  implicit none
  private

  public :: scalar_sin, scalar_cos, scalar_exp

  interface
    pure function scalar_sin(x) result(y) bind(c, name='sin')
      import :: c_double
      real(c_double), value, intent(in) :: x
      real(c_double) :: y
    end function scalar_sin

    pure function scalar_cos(x) result(y) bind(c, name='cos')
      import :: c_double
      real(c_double), value, intent(in) :: x
      real(c_double) :: y
    end function scalar_cos

    pure function scalar_exp(x) result(y) bind(c, name='exp')
      import :: c_double
      real(c_double), value, intent(in) :: x
      real(c_double) :: y
    end function scalar_exp
  end interface

end module swe_math
