!> What a program sees that does not ask for stat: one argument says which case. The expected output is in CMakeLists.txt.
program test_errors
  use, intrinsic :: iso_fortran_env, only: real64, error_unit
  use mpi_f08
  use hearth
  implicit none

  type(hearth_context) :: ctx
  type(hearth_context_options) :: options
  type(hearth_layout) :: layout
  type(hearth_array) :: array
  type(hearth_pca) :: eof
  character(len=20) :: which
  real(real64), target :: x(4), y(3)
  real(real64), pointer :: p(:, :)
  integer :: step, stat, rank, samples
  logical :: written

  call get_command_argument(1, which)
  call MPI_Init()
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  if (which == "in_situ_stop") options%on_error = HEARTH_ON_ERROR_STOP
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, options)
  x = 1
  y = 1
  call array%wrap(ctx, hearth_window(x), global_shape=[4 * 2], start=[1 + 4 * rank])
  call eof%create(ctx, n_components=1)
  select case (which)
  case ("constructor") ! must stop
    call layout%split(ctx, [4], axis=7)
  case ("pointer") ! must stop
    call hearth_pointer(hearth_window(x), p)
  case ("context") ! must stop, without a context to ask for the message
    options%backend = 77
    call ctx%create(MPI_COMM_WORLD%MPI_VAL, options)
  case ("in_situ", "in_situ_stop") ! one rank fails; the model goes on, or stops where it asked for that
    if (rank == 0) call remove("test_errors.nc")
    do step = 1, 40
      x = step
      if (step == 3 .and. rank == 1) x(2) = sqrt(-x(2))
      call eof%partial_fit(array, time=real(step, real64))
    end do
    call eof%write("test_errors.nc") ! disabled: no file
    inquire (file="test_errors.nc", exist=written)
    call eof%samples(samples)
    if (written .or. samples /= 15) error stop 3 ! one bunch of 16 without the bad sample
    call eof%reset()
    do step = 1, 3
      x = step
      call eof%partial_fit(array, time=real(step, real64))
    end do
    call eof%samples(samples)
    if (samples /= 3) error stop 4
  case ("rebind") ! the failure is rank 1's own
    if (rank == 1) call array%rebind(hearth_window(y))
    if (rank == 1) call array%rebind(hearth_window(y))
    call array%reset()
    call array%rebind(hearth_window(x), stat)
    if (stat /= HEARTH_OK) error stop 2
  end select
  call eof%destroy()
  call array%destroy()
  call ctx%destroy()
  if (rank == 0) write (error_unit, "(a)") "the model went on"
  call MPI_Finalize()

contains

  subroutine remove(path)
    character(len=*), intent(in) :: path
    integer :: unit

    open (newunit=unit, file=path)
    close (unit, status="delete")
  end subroutine remove

end program test_errors
