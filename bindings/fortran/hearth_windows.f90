!> Handing Fortran arrays to the library and back, without a copy.
!>
!> hearth_window(a) describes `a` to C. The functions are bind(C) and must be called directly, in the argument list of the verb that takes the
!> window or in an assignment to a type(hearth_window): a Fortran procedure in between, with an array dummy of its own, may see a temporary copy
!> that is gone when it returns. The POINTER dummy makes sure that `a` is a variable with TARGET (or a pointer) of exactly the kind: an
!> expression, a variable without TARGET and a wrong kind do not compile. Sections, also of components (cell%u, z%re), are fine.
module hearth_windows
  use, intrinsic :: iso_c_binding
  use hearth_constants
  implicit none
  private
  public :: hearth_window, hearth_window_untyped, hearth_pointer

  interface hearth_window
    function hearth_window_bool(a) result(window) bind(C)
      import
      logical(c_bool), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_bool
    function hearth_window_int8(a) result(window) bind(C)
      import
      integer(c_int8_t), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_int8
    function hearth_window_int16(a) result(window) bind(C)
      import
      integer(c_int16_t), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_int16
    function hearth_window_int32(a) result(window) bind(C)
      import
      integer(c_int32_t), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_int32
    function hearth_window_int64(a) result(window) bind(C)
      import
      integer(c_int64_t), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_int64
    function hearth_window_float32(a) result(window) bind(C)
      import
      real(c_float), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_float32
    function hearth_window_float64(a) result(window) bind(C)
      import
      real(c_double), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_float64
    function hearth_window_complex64(a) result(window) bind(C)
      import
      complex(c_float_complex), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_complex64
    function hearth_window_complex128(a) result(window) bind(C)
      import
      complex(c_double_complex), pointer, intent(in) :: a(..)
      type(hearth_window) :: window
    end function hearth_window_complex128
  end interface hearth_window

  interface
    !> For arrays of older code that cannot be given TARGET: the caller says the dtype (HEARTH_FLOAT64, ...) and answers for it that the
    !> compiler keeps the array in place. A size that does not belong to the dtype, or an array of assumed size, gives a window that every
    !> verb refuses.
    function hearth_window_untyped(a, dtype) result(window) bind(C)
      import
      type(*), intent(in) :: a(..)
      integer(c_int32_t), value :: dtype
      type(hearth_window) :: window
    end function hearth_window_untyped
  end interface

  !> Points `p` at what a window describes, strides and all: rank and kind of `p` must be the window's. Otherwise `p` is disassociated and stat
  !> is HEARTH_ERR_ARGUMENT; without stat the program stops. `p` is valid as long as the window is (until array%release, say).
  interface hearth_pointer
    subroutine hearth_pointer_bool(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      logical(c_bool), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_bool
    subroutine hearth_pointer_int8(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      integer(c_int8_t), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_int8
    subroutine hearth_pointer_int16(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      integer(c_int16_t), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_int16
    subroutine hearth_pointer_int32(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      integer(c_int32_t), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_int32
    subroutine hearth_pointer_int64(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      integer(c_int64_t), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_int64
    subroutine hearth_pointer_float32(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      real(c_float), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_float32
    subroutine hearth_pointer_float64(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      real(c_double), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_float64
    subroutine hearth_pointer_complex64(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      complex(c_float_complex), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_complex64
    subroutine hearth_pointer_complex128(window, p, stat) bind(C)
      import
      type(hearth_window), intent(in) :: window
      complex(c_double_complex), pointer, intent(out) :: p(..)
      integer(c_int32_t), optional, intent(out) :: stat
    end subroutine hearth_pointer_complex128
  end interface hearth_pointer

end module hearth_windows
