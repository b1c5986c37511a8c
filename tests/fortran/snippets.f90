!> The program parts that docs/fortran.md shows, in a small model that runs them. check_snippets.py compares the texts.
module snippet_model
  use, intrinsic :: iso_fortran_env, only: real64
  implicit none
  integer, parameter :: nxg = 6, nyg = 8, nz = 3, nsteps = 24
  integer :: nx, ny, i0, j0
  real(real64), allocatable, target :: theta(:, :, :), theta_old(:, :, :)

contains

  subroutine set_up(rank, ranks)
    integer, intent(in) :: rank, ranks

    nx = nxg
    i0 = 1
    j0 = rank * nyg / ranks + 1
    ny = (rank + 1) * nyg / ranks - j0 + 1
    allocate (theta(0:nx + 1, 0:ny + 1, nz), source=0.0_real64)
    theta_old = theta
  end subroutine set_up

  subroutine advance(step)
    integer, intent(in) :: step
    integer :: i, j, k

    theta_old = theta
    do k = 1, nz
      do j = 1, ny
        do i = 1, nx
          theta(i, j, k) = sin(0.7 * step) * i + cos(1.9 * step) * (j0 + j - 1) ** 2 + 0.1 * sin(3.1 * step + k)
        end do
      end do
    end do
  end subroutine advance

end module snippet_model

program snippets
  use, intrinsic :: iso_fortran_env, only: real64
  use mpi_f08
  use hearth
  use snippet_model
  use assertions
  implicit none
  type(hearth_context) :: ctx
  type(hearth_array) :: theta_h
  type(hearth_pca) :: eof
  integer :: step

  call test_begin()
  call set_up(test_rank, test_size)

  call ctx%create(MPI_COMM_WORLD%MPI_VAL)
  call theta_h%wrap(ctx, hearth_window(theta(1:nx, 1:ny, :)), global_shape=[nxg, nyg, nz], start=[i0, j0, 1])
  call eof%create(ctx, n_components=2)
  do step = 1, nsteps
    call advance(step)
    call eof%partial_fit(theta_h, time=real(step, real64))
  end do
  call eof%write("snippets_eof.nc")

  call results()
  call time_levels()
  call weights()
  call failures()
  call eof%destroy()
  call theta_h%destroy()
  call ctx%destroy()
  call test_end()

contains

  subroutine results()
    type(hearth_array) :: components
    type(hearth_window) :: window
    real(real64), pointer :: e(:, :, :, :)
    real(real64) :: variance(2)

    call eof%explained_variance_ratio(variance)
    call eof%components(field=1, components=components)
    call components%access(1, HEARTH_READ, window)
    call hearth_pointer(window, e) ! e(mode, i, j, k), this rank's part
    if (test_rank == 0) print *, "modes:", variance, "largest:", maxval(abs(e))
    call components%release(1)
    call assert_all(all(shape(e) == [2, nx, ny, nz]) .and. variance(1) > variance(2), "results")
  end subroutine results

  subroutine time_levels()
    integer :: stat

    call theta_h%rebind(hearth_window(theta_old(1:nx, 1:ny, :)))
    call theta_h%fill(0.0_real64)
    call theta_h%rebind(hearth_window(theta(1:nx, 1:ny, :)), stat)
    call assert_all(stat == HEARTH_OK .and. maxval(abs(theta_old)) < 1e-12, "rebind")
  end subroutine time_levels

  subroutine weights()
    type(hearth_layout) :: layout
    type(hearth_array) :: area
    type(hearth_metric) :: metric
    type(hearth_pca) :: weighted
    type(hearth_pca_options) :: options
    real(real64), target :: cos_latitude(nyg)
    integer :: j

    cos_latitude = [(cos((j - 4.5_real64) / 10), j=1, nyg)]
    call layout%split(ctx, [nyg], axis=-1) ! every rank holds all of it
    call area%wrap(layout, hearth_window(cos_latitude))
    call metric%create(ctx)
    call metric%weight(field=1, weight=area, axes=[2]) ! along the second dimension of the field
    options%bunch = 8
    call weighted%create(ctx, n_components=2, metric=metric, options=options)
    call assert_all(weighted%is_alive(), "weights")
  end subroutine weights

  subroutine failures()
    type(hearth_layout) :: layout
    character(len=200) :: message
    integer :: stat

    call layout%split(ctx, [nxg, nyg], axis=3, stat=stat, errmsg=message)
    if (stat /= HEARTH_OK .and. test_rank == 0) print *, trim(message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "failures")
  end subroutine failures

end program snippets
