!> As consumer.c, in Fortran, with the samples along the last dimension.
program consumer
  use, intrinsic :: iso_fortran_env, only: real64
  use mpi_f08
  use hearth
  implicit none

  integer, parameter :: samples = 6, points = 8
  type(hearth_context) :: ctx
  type(hearth_array) :: array
  type(hearth_pca) :: pca
  real(real64), allocatable, target :: field(:, :)
  real(real64) :: eigenvalue(1)
  integer :: rank, ranks, first, last, i, t

  call MPI_Init()
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks)
  call ctx%create(MPI_COMM_WORLD%MPI_VAL)
  first = points * rank / ranks + 1
  last = points * (rank + 1) / ranks
  allocate (field(first:last, samples))
  do t = 1, samples
    field(:, t) = [((t - 1) * real(i, real64), i=first, last)]
  end do
  call array%wrap(ctx, hearth_window(field), global_shape=[points, samples], start=[first, 1])
  call pca%create(ctx, n_components=1)
  call pca%fit(array, sample_axis=2)
  call pca%eigenvalues(eigenvalue)
  if (rank == 0) print '(a, f0.4, a, i0, a)', 'eigenvalue ', eigenvalue(1), ' on ', ranks, ' ranks'
  call pca%destroy()
  call array%destroy()
  call ctx%destroy()
  call MPI_Finalize()
  if (abs(eigenvalue(1) - 714) > 1e-9_real64) error stop 'consumer: wrong eigenvalue'
end program consumer
