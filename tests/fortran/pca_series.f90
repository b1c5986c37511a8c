!> Series whose EOFs are known in closed form, sums of two patterns that are orthogonal in space and in time, and the checks of estimators that saw them.
module pca_series
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use hearth
  use assertions
  implicit none
  public

  integer, parameter :: nx = 24, nt = 16
  real(real64), parameter :: pi = acos(-1.0_real64), tolerance = 1e-10_real64
  real(real64), parameter :: a1 = 3, a2 = 1
  type(hearth_context) :: ctx
  character(len=400) :: message
  integer :: stat, first, last

contains

  !> The context, and this rank's points first .. last.
  subroutine pca_begin(comm)
    integer, intent(in) :: comm
    type(hearth_context_options) :: options

    options%leak_check = 1
    call ctx%create(comm, options)
    first = test_rank * nx / test_size + 1
    last = (test_rank + 1) * nx / test_size
  end subroutine pca_begin

  subroutine pca_end()
    call ctx%destroy(stat, message)
    call assert_ok(stat, message, "nothing leaks")
  end subroutine pca_end

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

end module pca_series
