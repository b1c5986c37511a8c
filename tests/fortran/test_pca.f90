!> The Fortran binding of metric, state and PCA.
program test_pca
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use mpi_f08, only: MPI_COMM_WORLD
  use pca_series
  use hearth
  use assertions
  implicit none

  call test_begin()
  call pca_begin(MPI_COMM_WORLD%MPI_VAL)
  call batch()
  call streaming(1)
  call streaming(4)
  call several_fields()
  call weights()
  call groups()
  call pca_end()
  call test_end()

contains

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

end program test_pca
