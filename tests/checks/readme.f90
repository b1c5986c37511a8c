!> The Fortran lines of README.md, in a host program that makes them meaningful.
module readme_host
  use, intrinsic :: iso_fortran_env, only: real64
  use mpi_f08
  implicit none
  integer, parameter :: nx = 4, ny = 5, nz = 2, nsteps = 40
  integer :: nxg, nyg, i0, j0, step
  real(real64), target :: theta(0:nx+1, 0:ny+1, nz)
  real(real64) :: time = 0
  type(MPI_Comm) :: comm

contains

  subroutine host_begin()
    integer :: rank, ranks

    call MPI_Init()
    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    call MPI_Comm_size(MPI_COMM_WORLD, ranks)
    comm = MPI_COMM_WORLD
    nxg = nx * ranks
    nyg = ny
    i0 = nx * rank + 1
    j0 = 1
  end subroutine host_begin

  subroutine advance(field)
    real(real64), intent(out) :: field(0:, 0:, :)
    integer :: i, j, k

    time = time + 0.1_real64
    field = huge(1.0_real64)
    do concurrent(i=1:nx, j=1:ny, k=1:nz)
      field(i, j, k) = sin((i0 + i) * time) + cos(1.7_real64 * time) * j + sin(k * time * j)
    end do
  end subroutine advance
end module readme_host

program readme
use readme_host
use hearth
type(hearth_context) :: ctx
type(hearth_array)   :: theta_h
type(hearth_pca)     :: eof
real(real64) :: ratio(10)
logical :: written

call host_begin()
call ctx%create(comm%MPI_VAL)
call theta_h%wrap(ctx, hearth_window(theta(1:nx,1:ny,:)), global_shape=[nxg,nyg,nz], start=[i0,j0,1])   ! no copy, halo left out
call eof%create(ctx, n_components=10)
do step = 1, nsteps
   call advance(theta)
   call eof%partial_fit(theta_h, time)
end do
call eof%write('eof.nc')

call eof%explained_variance_ratio(ratio)
inquire (file='eof.nc', exist=written)
call eof%destroy()
call theta_h%destroy()
call ctx%destroy()
call MPI_Finalize()
if (.not. written) error stop 'readme: eof.nc was not written'
if (sum(ratio) > 1 + 1e-9_real64 .or. any(ratio < 0) .or. ratio(1) < 0.1_real64) error stop 'readme: wrong ratios'
end program readme
