!> Functions on arrays from Fortran: axes count from 1, index values stored in arrays from 0; tiles; slices; several arrays at once.
program test_tensor
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use mpi_f08, only: MPI_COMM_WORLD
  use hearth
  use assertions
  implicit none

  type(hearth_context) :: ctx
  type(hearth_context_options) :: options
  character(len=400) :: message
  integer :: stat

  call test_begin()
  options%leak_check = 1
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, options, stat, message)
  call assert_ok(stat, message, "context%create")
  call reductions()
  call elementwise()
  call slices()
  call joined()
  call sorted()
  call tiles()
  call refused()
  call ctx%destroy(stat, message)
  call assert_ok(stat, message, "nothing leaks")
  call test_end()

contains

  !> The numbers 0, 1, ... in row-major order over a shape, rows split over the ranks.
  subroutine numbers(shape, array)
    integer, intent(in) :: shape(:)
    type(hearth_array), intent(inout) :: array
    type(hearth_layout) :: line
    type(hearth_array) :: flat

    call line%split(ctx, [product(shape)], axis=1)
    call flat%arange(line, 0.0_real64, 1.0_real64, HEARTH_FLOAT64)
    call flat%reshape(shape, array)
  end subroutine numbers

  !> All elements of an array of one dimension, on every rank.
  subroutine everything(array, values)
    type(hearth_array), intent(in) :: array
    real(real64), allocatable, intent(out) :: values(:)
    type(hearth_array) :: flat, wide, all
    type(hearth_window) :: window
    real(real64), pointer :: p(:)

    p => null()
    call array%ravel(flat)
    call flat%cast(HEARTH_FLOAT64, wide)
    call wide%resplit(-1, all) ! not split
    call all%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    values = p
    call all%release(1)
  end subroutine everything

  subroutine expect(array, expected, what)
    type(hearth_array), intent(in) :: array
    real(real64), intent(in) :: expected(:)
    character(len=*), intent(in) :: what
    real(real64), allocatable :: values(:)

    call everything(array, values)
    call assert_all(size(values) == size(expected), what//": number of elements")
    if (size(values) == size(expected)) call assert_all(all(abs(values - expected) <= 1e-12_real64), what)
  end subroutine expect

  subroutine reductions()
    type(hearth_array) :: a, r
    type(hearth_reduce_options) :: keep

    call numbers([2, 3], a) ! 0 1 2 / 3 4 5
    call a%sum(axes=[1], result=r)
    call expect(r, 1.0_real64 * [3, 5, 7], "sum along the first axis")
    call a%mean(axes=[2], result=r)
    call expect(r, 1.0_real64 * [1, 4], "mean along the second axis")
    call a%std(result=r)
    call expect(r, [sqrt(35.0_real64 / 12)], "standard deviation of everything")
    call a%argmax(axes=[2], result=r)
    call expect(r, 1.0_real64 * [2, 2], "places count from 0")
    keep%keepdims = 1
    call a%max(axes=[1], options=keep, result=r)
    call expect(r, 1.0_real64 * [3, 4, 5], "largest, with the axis kept")
  end subroutine reductions

  subroutine elementwise()
    type(hearth_array) :: a, b, c

    call numbers([2, 3], a)
    call a%binary_scalar(2.0_real64, HEARTH_OP_MULTIPLY, b)
    call a%add(b, c)
    call expect(c, 1.0_real64 * [0, 3, 6, 9, 12, 15], "a + 2 a")
    call a%sum(axes=[1], result=b)
    call a%subtract(b, c)
    call expect(c, 1.0_real64 * [-3, -4, -5, 0, -1, -2], "a row is broadcast")
  end subroutine elementwise

  subroutine slices()
    type(hearth_array) :: a, s, t

    call numbers([3, 4], a)
    call a%slice(start=[3, 1], count=[2, 2], step=[-2, 3], slice=s)
    call expect(s, 1.0_real64 * [8, 11, 0, 3], "rows backwards, every third column")
    call s%fill(-1.0_real64)
    call a%transpose(result_of_axes(), t)
    call expect(t, 1.0_real64 * [-1, 4, -1, 1, 5, 9, 2, 6, 10, -1, 7, -1], "what is written to a slice is in the array")
  end subroutine slices

  pure function result_of_axes() result(axes)
    integer :: axes(2)

    axes = [2, 1]
  end function result_of_axes

  subroutine joined()
    type(hearth_array) :: a, b, c

    call numbers([1, 3], a)
    call a%binary_scalar(10.0_real64, HEARTH_OP_ADD, b)
    call c%concatenate([a, b], axis=2)
    call expect(c, 1.0_real64 * [0, 1, 2, 10, 11, 12], "concatenated along the second axis")
    call c%stack([a, b], axis=1)
    call expect(c, 1.0_real64 * [0, 1, 2, 10, 11, 12], "stacked")
  end subroutine joined

  subroutine sorted()
    type(hearth_layout) :: line
    type(hearth_array) :: p, s, places

    call line%split(ctx, [7], axis=1)
    call p%permutation(line, stream=3)
    call p%sort(axis=1, descending=1, result=s)
    call expect(s, 1.0_real64 * [6, 5, 4, 3, 2, 1, 0], "a permutation, sorted")
    call p%argsort(axis=1, descending=0, indices=places)
    call p%take(places, axis=1, result=s)
    call expect(s, 1.0_real64 * [0, 1, 2, 3, 4, 5, 6], "taken in the order of argsort")
  end subroutine sorted

  !> A model of tiles: every rank has two of them, from both ends of the domain.
  subroutine tiles()
    real(real64), target :: low(2, 3), high(2, 3)
    type(hearth_layout) :: layout
    type(hearth_array) :: field, total
    integer :: starts(2, 2), counts(2, 2), n

    n = 4 * test_size
    starts(:, 1) = [2 * test_rank + 1, 1]
    starts(:, 2) = [n - 2 * test_rank - 1, 1]
    counts(:, 1) = [2, 3]
    counts(:, 2) = [2, 3]
    low = test_rank
    high = -test_rank
    call layout%from_local(ctx, [n, 3], starts, counts)
    call field%wrap(layout, [hearth_window(low), hearth_window(high)])
    call field%sum(result=total)
    call expect(total, 1.0_real64 * [0], "tiles cancel")
    high = 0
    call field%sum(axes=[1], result=total)
    call expect(total, spread(real(test_size * (test_size - 1), real64), 1, 3), "tiles are seen as they are now")
  end subroutine tiles

  subroutine refused()
    type(hearth_array) :: a, r

    call numbers([2, 3], a)
    call a%sum(axes=[3], result=r, stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT .and. .not. r%is_alive(), "axis 3 of two: "//trim(message))
    call a%slice([1, 1], [3, 3], slice=r, stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "three rows of two: "//trim(message))
    call a%reshape([4, 2], r, stat, message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "eight elements of six: "//trim(message))
  end subroutine refused

end program test_tensor
