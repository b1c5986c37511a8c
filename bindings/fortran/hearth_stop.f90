!> How C code of the binding ends the program: the C library itself never does.
module hearth_stop
  use, intrinsic :: iso_c_binding
  use, intrinsic :: iso_fortran_env, only: error_unit
  use hearth_convert, only: pointer_to_text
  implicit none
  private
  public :: hearth_fortran_stop

contains

  subroutine hearth_fortran_stop(message) bind(C)
    type(c_ptr), value :: message

    write (error_unit, "(a)") pointer_to_text(message)
    flush (error_unit)
    error stop 1
  end subroutine hearth_fortran_stop

end module hearth_stop
