!> The Fortran binding of metric, state and PCA. The data are sums of two patterns that are orthogonal in space and in time, so that eigenvalues,
!> EOFs and scores are known in closed form.
program test_pca
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use mpi_f08, only: MPI_COMM_WORLD
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan
  use hearth
  use assertions
  implicit none

  integer, parameter :: nx = 24, nt = 16
  real(real64), parameter :: pi = acos(-1.0_real64), tolerance = 1e-10_real64
  real(real64), parameter :: a1 = 3, a2 = 1
  type(hearth_context) :: ctx
  type(hearth_context_options) :: options
  character(len=400) :: message
  integer :: stat, first, last

  call test_begin()
  options%leak_check = 1
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, options)
  first = test_rank * nx / test_size + 1
  last = (test_rank + 1) * nx / test_size
  call batch()
  call streaming(1)
  call streaming(4)
  call several_fields()
  call weights()
  call groups()
  call diagnostics()
  call saved_modes()
  call gaps()
  call merged_and_restored()
  call ctx%destroy(stat, message)
  call assert_ok(stat, message, "nothing leaks")
  call test_end()

contains

  !> Spatial patterns of unit length over nx points, and time series of unit variance with divisor nt - 1.
  elemental real(real64) function pattern(k, i)
    integer, intent(in) :: k, i

    pattern = sqrt(2.0_real64 / nx) * cos(pi * k * (i - 0.5_real64) / nx)
  end function pattern

  elemental real(real64) function series(k, t)
    integer, intent(in) :: k, t

    series = sqrt(2 * (nt - 1.0_real64) / nt) * cos(2 * pi * k * t / nt)
  end function series

  elemental real(real64) function value_at(i, t)
    integer, intent(in) :: i, t

    value_at = 10 + i + a1 * pattern(1, i) * series(1, t) + a2 * pattern(2, i) * series(3, t)
  end function value_at

  !> Local part of the series [nt, my points].
  subroutine local_series(x)
    real(real64), allocatable, target, intent(out) :: x(:, :)
    integer :: i, t

    allocate (x(nt, first:last))
    do i = first, last
      x(:, i) = [(value_at(i, t), t=1, nt)]
    end do
  end subroutine local_series

  subroutine check_numbers(eof, what)
    type(hearth_pca), intent(inout) :: eof
    character(len=*), intent(in) :: what
    real(real64) :: lambda(2), ratio(2), sigma(2), total, residual, orthogonality
    integer :: samples, modes
    integer(int64) :: samples_wide

    call eof%samples(samples)
    call eof%samples(samples_wide)
    call eof%modes(modes)
    call assert_all(samples == nt .and. samples_wide == nt .and. modes == 2, what//": samples and modes")
    call eof%eigenvalues(lambda)
    call eof%explained_variance_ratio(ratio)
    call eof%singular_values(sigma)
    call eof%total_variance(total)
    call assert_close(lambda(1), a1**2, tolerance * a1**2, what//": first eigenvalue")
    call assert_close(lambda(2), a2**2, tolerance * a1**2, what//": second eigenvalue")
    call assert_close(total, a1**2 + a2**2, tolerance * a1**2, what//": total variance")
    call assert_close(ratio(1), a1**2 / (a1**2 + a2**2), tolerance, what//": ratio")
    call assert_close(sigma(1), a1 * sqrt(nt - 1.0_real64), 1e-8_real64, what//": singular value")
    call eof%quality(residual, orthogonality)
    call assert_all(orthogonality < 1e-10 .and. residual < 1e-6, what//": quality")
  end subroutine check_numbers

  !> EOFs [modes, space]: pattern 1 is largest in magnitude at both ends, of which the lower index decides the sign.
  subroutine check_components(eof, what)
    type(hearth_pca), intent(inout) :: eof
    character(len=*), intent(in) :: what
    type(hearth_array) :: components, mean
    type(hearth_window) :: window
    real(real64), pointer :: p(:, :)
    logical :: right
    integer :: i

    p => null()
    call eof%components(field=1, components=components)
    call components%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    right = size(p, 1) == 2 .and. size(p, 2) == last - first + 1
    do i = 1, size(p, 2)
      right = right .and. abs(p(1, i) - pattern(1, first + i - 1)) < 1e-8_real64
      right = right .and. abs(abs(p(2, i)) - abs(pattern(2, first + i - 1))) < 1e-8_real64
    end do
    call assert_all(right, what//": EOFs")
    call components%release(1)
    call eof%mean(1, mean)
    call mean%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    call assert_all(all(abs(p(1, :) - [(10 + i, i=first, last)]) < 1e-9_real64), what//": mean")
    call mean%release(1)
    call eof%components(2, components, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, what//": there is no field 2")
  end subroutine check_components

  subroutine batch()
    type(hearth_pca) :: eof
    type(hearth_array) :: x_h, scores, back
    real(real64), allocatable, target :: x(:, :)
    integer :: shape_of(2)

    call local_series(x)
    call x_h%wrap(ctx, hearth_window(x), global_shape=[nt, nx], start=[1, first])
    call eof%create(ctx, n_components=2)
    call eof%fit(x_h, sample_axis=1)
    call check_numbers(eof, "batch")
    call check_components(eof, "batch")
    call eof%scores(scores)
    call scores%shape(shape_of)
    call assert_all(all(shape_of == [nt, 2]), "scores: shape")
    call eof%transform(x_h, 1, scores)
    call eof%inverse_transform(scores, field=1, field_array=back)
    call check_field(back, "inverse_transform restores the series")
    call eof%fit(x_h, sample_axis=3, stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "sample axis 3 of 2: "//trim(message))
  end subroutine batch

  subroutine check_field(array, what)
    type(hearth_array), intent(inout) :: array
    character(len=*), intent(in) :: what
    type(hearth_array) :: copy
    type(hearth_window) :: window
    real(real64), allocatable, target :: expected(:, :), found(:, :)

    call local_series(expected)
    found = 0 * expected
    call copy%wrap(ctx, hearth_window(found), [nt, nx], [1, first])
    call array%copy(copy)
    call copy%access(1, HEARTH_READ, window)
    call assert_all(all(abs(found - expected) < 1e-9_real64), what)
    call copy%release(1)
  end subroutine check_field

  !> The series, one sample per call, in a window that the model changes between the calls.
  subroutine streaming(bunch)
    integer, intent(in) :: bunch
    type(hearth_pca) :: eof
    type(hearth_pca_options) :: pca_options
    type(hearth_array) :: field_h
    real(real64), target :: field(0:nx + 1)
    real(real64) :: times(nt), bound, sines(2)
    integer(int64) :: bytes
    integer :: i, t

    pca_options%bunch = bunch
    field = -999
    call field_h%wrap(ctx, hearth_window(field(1:last - first + 1)), global_shape=[nx], start=[first])
    call eof%create(ctx, n_components=2, options=pca_options)
    call eof%partial_fit_memory(field_h, bytes)
    call assert_all(bytes > 0, "the memory of partial_fit is announced")
    do t = 1, nt
      field(1:last - first + 1) = [(value_at(i, t), i=first, last)]
      call eof%partial_fit(field_h, time=0.5_real64 * t)
    end do
    call check_numbers(eof, "streaming")
    call check_components(eof, "streaming")
    call eof%times(times)
    call assert_all(all(abs(times - 0.5_real64 * [(t, t=1, nt)]) < 1e-14_real64), "times")
    call eof%discarded(bound)
    call eof%angle_bounds(sines)
    call assert_all(bound >= 0 .and. bound < 1e-8 .and. all(sines >= 0), "the bound of what was discarded")
    call eof%reset()
    call eof%samples(i, stat)
    call assert_all(stat == HEARTH_ERR_STATE, "reset forgets")
  end subroutine streaming

  subroutine several_fields()
    type(hearth_pca) :: eof
    type(hearth_state) :: state
    type(hearth_array) :: x_h, y_h, scores
    type(hearth_metric) :: metric
    real(real64), allocatable, target :: x(:, :), y(:, :)
    real(real64) :: lambda(1)
    integer :: fields

    call local_series(x)
    call local_series(y)
    y = 100 * y
    call x_h%wrap(ctx, hearth_window(x), [nt, nx], [1, first])
    call y_h%wrap(ctx, hearth_window(y), [nt, nx], [1, first])
    call state%create(ctx)
    call state%add("x", x_h)
    call state%add("y", y_h)
    call state%fields(fields)
    call assert_all(fields == 2, "fields of the state")
    call state%add("x", y_h, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "a name used twice is refused")
    call metric%create(ctx)
    call metric%scale(field=2, scale=100.0_real64)
    call eof%create(ctx, 1, metric)
    call eof%fit(state, sample_axis=1)
    call eof%eigenvalues(lambda)
    call assert_close(lambda(1), 2 * a1**2, tolerance * a1**2, "the scale belongs to field 2")
    call eof%transform(state, 1, scores)
    call assert_all(scores%is_alive(), "transform of a state")
  end subroutine several_fields

  !> Weights along axis 2 of a field [3, nx]: rows of weight 1, 4, 9 in axis 1 would give another sum.
  subroutine weights()
    type(hearth_pca) :: eof
    type(hearth_metric) :: metric
    type(hearth_layout) :: layout
    type(hearth_array) :: x_h, w_h, mask_h
    real(real64), allocatable, target :: x(:, :, :)
    real(real64), target :: w(3), mask(3)
    real(real64) :: lambda(1)
    integer :: i, j, t

    allocate (x(nt, 3, first:last))
    do i = first, last
      do j = 1, 3
        x(:, j, i) = [(a1 * pattern(1, i) * series(1, t), t=1, nt)]
      end do
    end do
    w = [1, 4, 9]
    mask = [1, 0, 1]
    call x_h%wrap(ctx, hearth_window(x), [nt, 3, nx], [1, 1, first])
    call layout%split(ctx, [3], -1)
    call w_h%wrap(layout, hearth_window(w))
    call mask_h%wrap(layout, hearth_window(mask))
    call metric%create(ctx)
    call metric%weight(field=1, weight=w_h, axes=[1])
    call eof%create(ctx, 1, metric)
    call eof%fit(x_h, 1)
    call eof%eigenvalues(lambda)
    call assert_close(lambda(1), 14 * a1**2, tolerance * 14 * a1**2, "weights along axis 1")
    call metric%create(ctx)
    call metric%weight(1, w_h, [1])
    call metric%mask(1, mask_h, [1])
    call eof%create(ctx, 1, metric)
    call eof%fit(x_h, 1)
    call eof%eigenvalues(lambda)
    call assert_close(lambda(1), 10 * a1**2, tolerance * 10 * a1**2, "a mask leaves out the middle row")
  end subroutine weights

  subroutine groups()
    type(hearth_pca) :: eof
    type(hearth_array) :: x_h, mean
    real(real64), allocatable, target :: x(:, :)
    integer :: labels(nt), shape_of(2), t

    call local_series(x)
    do t = 1, nt
      if (mod(t, 2) == 0) x(t, :) = x(t, :) + 50
    end do
    labels = [(mod(t, 2), t=1, nt)]
    call x_h%wrap(ctx, hearth_window(x), [nt, nx], [1, first])
    call eof%create(ctx, n_components=2)
    call eof%set_groups(2, labels)
    call eof%fit(x_h, 1)
    call check_numbers(eof, "groups")
    call eof%mean(1, mean)
    call mean%shape(shape_of)
    call assert_all(all(shape_of == [2, nx]), "a mean per group")
  end subroutine groups

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

end program test_pca
