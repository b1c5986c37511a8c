!> The Fortran binding of what a PCA can say, fill, save and join.
program test_pca_results
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use mpi_f08, only: MPI_COMM_WORLD
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan
  use pca_series
  use hearth
  use assertions
  implicit none

  call test_begin()
  call pca_begin(MPI_COMM_WORLD%MPI_VAL)
  call diagnostics()
  call saved_modes()
  call gaps()
  call merged_and_restored()
  call pca_end()
  call test_end()

contains

  !> Rotation and back, sampling errors, reconstruction, an EOF in the model's own array.
  subroutine diagnostics()
    type(hearth_pca) :: eof
    type(hearth_array) :: x_h, scores, field_h
    real(real64), allocatable, target :: x(:, :)
    real(real64), target :: field(nx)
    real(real64) :: lambda(2), ratio(2), sum_of(2), sizes(2), again(2), errors(2), rotated(2)
    integer :: multiplets(2), solver, i

    call local_series(x)
    call x_h%wrap(ctx, hearth_window(x), [nt, nx], [1, first])
    call eof%create(ctx, n_components=2)
    call eof%fit(x_h, sample_axis=1)
    call eof%solver_used(solver)
    call assert_all(solver == HEARTH_PCA_GRAM, "the Gram matrix is enough")
    call eof%scree(lambda, ratio, sum_of)
    call assert_close(sum_of(2), 1.0_real64, tolerance, "both modes are all of the variance")
    call eof%effective_samples(sizes)
    call eof%scores(scores)
    call eof%effective_samples_of(scores, again)
    call assert_all(all(abs(sizes - again) < 1e-9) .and. all(sizes >= 1), "effective samples")
    call eof%north_errors(errors)
    call assert_all(all(abs(errors - lambda * sqrt(2 / sizes)) < 1e-9), "North's errors")
    call eof%north_multiplets(multiplets)
    call assert_all(multiplets(1) == 0, "multiplets count from 0 in every language")
    call eof%reconstruction_error(x_h, 1, errors)
    call assert_close(errors(1), sqrt(a2**2 / (a1**2 + a2**2)), 1e-9_real64, "error of one mode")
    call assert_all(errors(2) < 1e-9, "error of two modes")
    call field_h%wrap(ctx, hearth_window(field(:last - first + 1)), [nx], [first])
    call eof%component_into(field=1, mode=1, array=field_h)
    call assert_all(all(abs(field(:last - first + 1) - [(pattern(1, i), i=first, last)]) < 1e-8), "an EOF in the model's array")
    call eof%mean_into(field=1, group=1, array=field_h)
    call assert_all(all(abs(field(:last - first + 1) - [(10 + i, i=first, last)]) < 1e-9), "the mean in the model's array")
    call eof%rotate(HEARTH_ROTATION_VARIMAX, 2, 0.0_real64)
    call eof%eigenvalues(rotated)
    call assert_close(sum(rotated), sum(lambda), tolerance * sum(lambda), "varimax keeps the variance")
    call eof%rotate(HEARTH_ROTATION_PROMAX, 2, 0.5_real64, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "promax needs a power above 1")
    call eof%rotate(HEARTH_ROTATION_NONE, 2, 0.0_real64)
    call check_numbers(eof, "rotated back")
  end subroutine diagnostics

  !> An estimator from what another one found, and weights as they were used.
  subroutine saved_modes()
    type(hearth_pca) :: found, again
    type(hearth_state) :: modes, means
    type(hearth_array) :: x_h, components, mean, weights, scores, back
    real(real64), allocatable, target :: x(:, :)
    real(real64) :: lambda(2), total
    type(hearth_window) :: window
    real(real64), pointer :: p(:)

    p => null()
    call local_series(x)
    call x_h%wrap(ctx, hearth_window(x), [nt, nx], [1, first])
    call found%create(ctx, n_components=2)
    call found%fit(x_h, 1)
    call found%components(1, components)
    call found%mean(1, mean)
    call found%eigenvalues(lambda)
    call found%total_variance(total)
    call modes%create(ctx)
    call modes%add("x", components)
    call means%create(ctx)
    call means%add("x", mean)
    call again%create(ctx, n_components=2)
    call again%set_modes(modes, lambda, total, nt, mean=means)
    call check_numbers(again, "saved modes")
    call check_components(again, "saved modes")
    call again%transform(x_h, 1, scores)
    call again%inverse_transform(scores, 1, back)
    call check_field(back, "saved modes restore the series")
    call again%weights(1, weights)
    call weights%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    call assert_all(all(p == 1), "weights of no metric")
    call weights%release(1)
    call again%standard_deviation(1, weights, stat)
    call assert_all(stat == HEARTH_ERR_STATE, "nothing was standardised")
    call again%set_labels(spread(0, 1, nt))
    call again%set_modes(modes, lambda, total / 2, nt, stat=stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "eigenvalues that are more than the total variance")
  end subroutine saved_modes

  subroutine gaps()
    type(hearth_pca) :: eof
    type(hearth_pca_options) :: pca_options
    type(hearth_array) :: x_h, filled
    real(real64), allocatable, target :: x(:, :)
    real(real64) :: error
    integer :: modes, iterations

    call local_series(x)
    if (first <= 7 .and. last >= 7) x(5, 7) = ieee_value(1.0_real64, ieee_quiet_nan)
    call x_h%wrap(ctx, hearth_window(x), [nt, nx], [1, first])
    pca_options%gaps = HEARTH_GAPS_FILL
    pca_options%gap_tolerance = 1e-12_real64
    call eof%create(ctx, 2, options=pca_options)
    call eof%fit(x_h, 1)
    call eof%fill_report(modes, error, iterations)
    call assert_all(modes >= 2 .and. iterations >= 1 .and. error < 0.1, "how the gap was filled")
    call eof%filled(1, filled)
    call check_filled(filled)
  end subroutine gaps

  subroutine check_filled(filled)
    type(hearth_array), intent(inout) :: filled
    type(hearth_array) :: copy
    real(real64), allocatable, target :: expected(:, :), found(:, :)

    call local_series(expected)
    found = 0 * expected
    call copy%wrap(ctx, hearth_window(found), [nt, nx], [1, first])
    call filled%copy(copy)
    call assert_all(all(abs(found - expected) < 1e-3), "the gap is filled with what was there")
  end subroutine check_filled

  !> Two halves of a stream become one; a saved state goes on elsewhere.
  subroutine merged_and_restored()
    type(hearth_pca) :: early, late, restored
    type(hearth_array) :: field_h
    real(real64), target :: field(nx)
    integer :: i, t

    call field_h%wrap(ctx, hearth_window(field(:last - first + 1)), [nx], [first])
    call early%create(ctx, n_components=2)
    call late%create(ctx, n_components=2)
    do t = 1, nt
      field(:last - first + 1) = [(value_at(i, t), i=first, last)]
      if (t <= nt / 2) call early%partial_fit(field_h, real(t, real64))
      if (t > nt / 2) call late%partial_fit(field_h, real(t, real64))
    end do
    call early%merge(late)
    call check_numbers(early, "merged")
    call early%save("test_fortran_pca.h5", stat, message)
    if (stat == HEARTH_ERR_NOT_BUILT) return
    call assert_ok(stat, message, "save")
    call restored%create(ctx, n_components=2)
    call restored%restore(field_h, "test_fortran_pca.h5", stat, message)
    call assert_ok(stat, message, "restore")
    call check_numbers(restored, "restored")
    call restored%restore(field_h, "no such file.h5", stat, message)
    call assert_all(stat /= 0, "a state that is not there")
  end subroutine merged_and_restored

end program test_pca_results
