!> EOFs in situ of a run that is interrupted: its running state is saved on some
!> ranks, and the run goes on from the file on others, in another layout.
!>
!>   mpirun -n 4 restart whole  FOLDER    all samples; writes the result
!>   mpirun -n 4 restart first  FOLDER    half of them; saves the state
!>   mpirun -n 3 restart second FOLDER    the other half, from the state; compares
!>
!> A fourth argument, reproducible, asks for the same bits; else the two results
!> agree to rounding.
program restart
  use mpi_f08
  use, intrinsic :: iso_fortran_env, only: output_unit, real64, int32, int64
  use hearth
  implicit none

  integer, parameter :: nx = 60, ny = 44, samples = 61, modes = 5
  integer, parameter :: interruption = 29 ! no multiple of the bunch
  type(hearth_context_options) :: context_options
  type(hearth_context) :: ctx
  type(hearth_array) :: field
  type(hearth_pca) :: eof
  real(real64), allocatable, target :: a(:,:)
  integer :: rank, nranks, first(2), t
  character(len=16) :: part, mode
  character(len=400) :: folder

  call MPI_Init()
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  call MPI_Comm_size(MPI_COMM_WORLD, nranks)
  call get_command_argument(1, part)
  call get_command_argument(2, folder)
  call get_command_argument(3, mode)
  if (mode == 'reproducible') &
    context_options%reduction = HEARTH_REDUCTION_REPRODUCIBLE
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, context_options)
  call take_part()
  call field%wrap(ctx, hearth_window(a), global_shape=[nx, ny], start=first)
  call eof%create(ctx, n_components=modes)

  select case (part)
  case ('whole')
    call sample(1, samples)
    call write_result()
  case ('first')
    call sample(1, interruption)
    call eof%save(trim(folder)//'/eof.state.h5')
  case ('second')
    call eof%restore(field, trim(folder)//'/eof.state.h5')
    call sample(interruption + 1, samples)
    call compare_result()
  case default
    error stop 'restart: whole, first or second, and a folder'
  end select

  call eof%destroy()
  call field%destroy()
  call ctx%destroy()
  call MPI_Finalize()

contains

  !> Even ranks cut the field along y, an odd number of them along x.
  subroutine take_part()
    integer :: low, high, extent

    extent = merge(ny, nx, mod(nranks, 2) == 0)
    low = extent * rank / nranks + 1
    high = extent * (rank + 1) / nranks
    first = 1
    if (mod(nranks, 2) == 0) then
      allocate (a(nx,low:high))
      first(2) = low
    else
      allocate (a(low:high,ny))
      first(1) = low
    end if
  end subroutine take_part

  !> The model: what a sample holds depends on its number and on where it is.
  subroutine sample(from, to)
    integer, intent(in) :: from, to
    integer :: i, j

    do t = from, to
      do j = lbound(a, 2), ubound(a, 2)
        do i = lbound(a, 1), ubound(a, 1)
          a(i,j) = height(i, j, t)
        end do
      end do
      call eof%partial_fit(field, real(t, real64))
    end do
  end subroutine sample

  !> Waves on a slope. Sums of products of few bits: exact, so that no compiler
  !> rounds a point one way here and another way there.
  pure function height(i, j, t) result(h)
    integer, intent(in) :: i, j, t
    real(real64) :: h
    integer :: k

    h = 1000 + i
    do k = 1, 12
      h = h + real(mod((3 * k + 1) * i + k * k * j, 17) - 8, real64) &
        * real(mod((2 * k + 5) * t + k, 23) - 11, real64) / 2.0_real64**k
    end do
  end function height

  !> Eigenvalues and scores: numbers in hexadecimal, every bit of them.
  subroutine write_result()
    real(real64) :: numbers(modes + 1)
    integer :: unit

    call result_numbers(numbers)
    if (rank /= 0) return
    open (newunit=unit, file=trim(folder)//'/whole.txt', action='write')
    write (unit, '(z16.16)') numbers
    close (unit)
    write (output_unit, '(a,5es14.6)') 'whole:  ', numbers(:modes)
  end subroutine write_result

  subroutine result_numbers(numbers)
    real(real64), intent(out) :: numbers(:)

    call eof%eigenvalues(numbers(:modes))
    call eof%total_variance(numbers(modes+1))
  end subroutine result_numbers

  subroutine compare_result()
    real(real64) :: numbers(modes + 1), whole(modes + 1), difference
    integer :: unit

    call result_numbers(numbers)
    if (rank /= 0) return
    open (newunit=unit, file=trim(folder)//'/whole.txt', action='read')
    read (unit, '(z16)') whole
    close (unit)
    difference = maxval(abs(numbers - whole)) / whole(1)
    write (output_unit, '(a,5es14.6)') 'second: ', numbers(:modes)
    write (output_unit, '(a,es9.1)') 'difference from the uninterrupted run, relative: ', &
      difference
    if (difference > merge(0.0_real64, 1.0e-12_real64, mode == 'reproducible')) &
      error stop 'restart: the interrupted run differs'
  end subroutine compare_result

end program restart
