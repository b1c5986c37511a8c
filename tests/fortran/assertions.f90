!> Assertions of an MPI test program. Every one is collective: it fails on all ranks if it is false on one, so that ranks stay together.
module assertions
  use mpi_f08
  use, intrinsic :: iso_fortran_env, only: error_unit, real64
  implicit none
  private
  public :: test_begin, test_end, assert_all, assert_ok, assert_close

  integer, public, protected :: test_rank = 0, test_size = 1
  integer :: failures = 0, assertions_made = 0

contains

  subroutine test_begin()
    call MPI_Init()
    call MPI_Comm_rank(MPI_COMM_WORLD, test_rank)
    call MPI_Comm_size(MPI_COMM_WORLD, test_size)
  end subroutine test_begin

  !> Finalizes MPI and says the verdict by the exit status.
  subroutine test_end()
    if (test_rank == 0) print "(i0,a,i0,a)", assertions_made, " assertions, ", failures, " failed"
    call MPI_Finalize()
    if (failures > 0 .or. assertions_made == 0) error stop 1
  end subroutine test_end

  subroutine assert_all(condition, what)
    logical, intent(in) :: condition
    character(len=*), intent(in) :: what
    logical :: everywhere

    call MPI_Allreduce(condition, everywhere, 1, MPI_LOGICAL, MPI_LAND, MPI_COMM_WORLD)
    assertions_made = assertions_made + 1
    if (everywhere) return
    failures = failures + 1
    if (.not. condition) write (error_unit, "(a,i0,2a)") "FAILED on rank ", test_rank, ": ", what
  end subroutine assert_all

  !> A call that was given stat= and errmsg= must have succeeded everywhere.
  subroutine assert_ok(stat, message, what)
    integer, intent(in) :: stat
    character(len=*), intent(in) :: message, what

    call assert_all(stat == 0, what//": "//trim(message))
  end subroutine assert_ok

  subroutine assert_close(value, expected, tolerance, what)
    real(real64), intent(in) :: value, expected, tolerance
    character(len=*), intent(in) :: what
    character(len=80) :: numbers

    write (numbers, "(a,es24.16,a,es24.16)") ": ", value, " is not ", expected
    call assert_all(abs(value - expected) <= tolerance, what//numbers)
  end subroutine assert_close

end module assertions
