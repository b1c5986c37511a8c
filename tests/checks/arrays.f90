!> The Fortran lines of docs/arrays.md.
program arrays
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use mpi_f08
  use hearth
  implicit none
  type(hearth_context) :: ctx
  type(hearth_layout) :: rows
  type(hearth_array) :: x, column_means, total
  real(real64) :: values(3, 2), sums(2)

  call MPI_Init()
  call ctx%create(MPI_COMM_WORLD%MPI_VAL)
  call rows%split(ctx, [1000_int64, 18_int64], axis=1)
  call x%zeros(rows, HEARTH_FLOAT32, HEARTH_COLUMN_MAJOR)
  call x%mean([1], result=column_means)
  call x%sum(result=total)
  values = reshape([1.0_real64, 2.0_real64, 3.0_real64, 1e16_real64, 1.0_real64, -1e16_real64], [3, 2])
  call ctx%reproducible_sum(values, sums)
  if (any(sums < 1)) error stop "the sums are wrong"
  call total%destroy()
  call column_means%destroy()
  call x%destroy()
  call rows%destroy()
  call ctx%destroy()
  call MPI_Finalize()
end program arrays
