!> The Fortran binding of contexts, layouts and arrays: 1-based indices, sizes taken from arrays, both integer kinds, errors, texts.
program test_binding
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use, intrinsic :: iso_c_binding, only: c_loc
  use mpi_f08, only: MPI_COMM_WORLD
  use hearth
  use assertions
  implicit none

  type(hearth_context) :: ctx
  type(hearth_context_options) :: options
  character(len=400) :: message
  integer :: stat

  call test_begin()
  call defaults()
  options%leak_check = 1
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, options, stat, message)
  call assert_ok(stat, message, "context%create")
  call context_properties()
  call free_functions()
  call splits()
  call builders()
  call from_local()
  call wrapped_array()
  call owned_array()
  call rebinding()
  call plans()
  call refused_calls()
  call ctx%destroy(stat, message)
  call assert_ok(stat, message, "nothing leaks")
  call test_end()

contains

  !> This rank's share of n: the remainder goes to the first ranks. first is 1-based.
  pure subroutine share_of(n, first, count)
    integer, intent(in) :: n
    integer, intent(out) :: first, count

    count = n / test_size + merge(1, 0, test_rank < mod(n, test_size))
    first = test_rank * (n / test_size) + min(test_rank, mod(n, test_size)) + 1
  end subroutine share_of

  pure real(real64) function value_at(i, j)
    integer, intent(in) :: i, j

    value_at = 1000 * i + j
  end function value_at

  subroutine defaults()
    type(hearth_context_options) :: c
    type(hearth_pca_options) :: p

    call assert_all(c%size == storage_size(c) / 8 .and. p%size == storage_size(p) / 8, "option structs know their size")
    call assert_all(c%backend == HEARTH_BACKEND_DEFAULT .and. c%memory_cap == 0 .and. c%on_error == HEARTH_ON_ERROR_CONTINUE, &
      "context options are C's defaults")
    call assert_all(p%ddof == 1 .and. p%keep_scores == 1 .and. p%n_kept == 0, "PCA options are C's defaults")
  end subroutine defaults

  subroutine context_properties()
    integer :: rank, size, in_use, peak, cap
    integer(int64) :: in_use_wide, peak_wide, cap_wide, collectives, messages, bytes

    call ctx%rank(rank)
    call ctx%size(size)
    call assert_all(rank == test_rank .and. size == test_size, "rank and size")
    call assert_all(any(ctx%backend() == ["cpu      ", "reference", "guard    "]), "backend name: "//ctx%backend())
    call ctx%memory(in_use, peak, cap)
    call ctx%memory(in_use_wide, peak_wide, cap_wide)
    call assert_all(in_use == in_use_wide .and. peak == peak_wide .and. cap == 0 .and. cap_wide == 0, &
      "memory in both integer kinds")
    call ctx%traffic(collectives, messages, bytes)
    call assert_all(collectives >= 0 .and. messages >= 0 .and. bytes >= 0, "traffic")
    call assert_all(ctx%is_alive(), "a created context is alive")
  end subroutine context_properties

  subroutine free_functions()
    character(len=:), allocatable :: text
    integer :: status, rank

    call assert_all(index(hearth_version(), ".") > 1, "version: "//hearth_version())
    call assert_all(hearth_status_string(HEARTH_ERR_NOT_FOUND) == "a name is not in the file", "status sentence")
    call assert_all(hearth_dtype_name(HEARTH_COMPLEX64) == "complex64" .and. hearth_dtype_size(HEARTH_COMPLEX64) == 8, "dtypes")
    call hearth_last_error(ctx, status, rank, text)
    call assert_all(status == HEARTH_OK .and. text == "", "no error yet")
  end subroutine free_functions

  subroutine splits()
    type(hearth_layout) :: layout, copy
    integer :: first, count, ndim, extents(2), shape_of(2), kind, global, equal
    integer(int64) :: global_wide, extents_wide(2)

    call share_of(7, first, count)
    call layout%split(ctx, [5, 7], axis=2)
    call layout%ndim(ndim)
    call layout%shape(shape_of)
    call layout%local_shape(extents)
    call layout%local_shape(extents_wide)
    call assert_all(ndim == 2 .and. all(shape_of == [5, 7]), "split: global shape")
    call assert_all(all(extents == [5, count]) .and. all(extents_wide == [5, count]), "split along axis 2: local shape")
    call layout%dim_kind(1, kind)
    call assert_all(kind == HEARTH_DIM_WHOLE, "split: axis 1 is whole")
    if (count > 0) then
      call layout%global_index(dim=2, local=count, global=global)
      call layout%global_index(dim=2, local=1_int64, global=global_wide)
    else
      global = first + count - 1
      global_wide = first
    end if
    call assert_all(global == first + count - 1 .and. global_wide == first, "indices count from 1")
    call copy%split(ctx, [5_int64, 7_int64], axis=2)
    call layout%equal(copy, equal)
    call assert_all(equal == 1, "the same layout from 64-bit integers")
    call copy%split(ctx, [5, 7], axis=-1)
    call copy%local_shape(extents)
    call layout%equal(copy, equal)
    call assert_all(all(extents == [5, 7]) .and. (equal == 0 .or. test_size == 1), "axis -1: replicated")
  end subroutine splits

  subroutine builders()
    type(hearth_layout_builder) :: builder
    type(hearth_layout) :: layout
    integer :: extents(2), cuts(test_size + 1), i, global

    ! Cuts are offsets in every language: rank r owns r + 1 rows.
    cuts = [(i * (i - 1) / 2, i=1, test_size + 1)]
    call builder%create(ctx, [cuts(test_size + 1), 8])
    call builder%grid([test_size])
    call builder%cuts(dim=1, grid_axis=1, cuts=cuts)
    call builder%finish(layout)
    call layout%local_shape(extents)
    call assert_all(all(extents == [test_rank + 1, 8]), "cuts")
    call builder%create(ctx, [3, 2 * test_size])
    call builder%block_cyclic(dim=2, grid_axis=1, block=1, first=1, offset=0)
    call builder%finish(layout)
    call layout%global_index(2, 2, global)
    call assert_all(global == test_rank + 1 + test_size, "block-cyclic: the second local column, from process 1")
    call builder%create(ctx, [3, 2 * test_size])
    call builder%block_cyclic(2, 1, 1_int64, int(test_size, int64), 0_int64)
    call builder%finish(layout)
    call layout%global_index(2, 1, global)
    call assert_all(global == mod(test_rank + 1, test_size) + 1, "block-cyclic: the last process is first")
  end subroutine builders

  subroutine from_local()
    type(hearth_layout) :: layout
    integer :: first, count, extents(2), nothing(2, 0)

    call share_of(9, first, count)
    call layout%from_local(ctx, [4, 9], starts=reshape([1, first], [2, 1]), counts=reshape([4, count], [2, 1]))
    call layout%local_shape(extents)
    call assert_all(all(extents == [4, count]), "from_local: one box")
    if (test_rank == 0) then
      call layout%from_local(ctx, [4, 9], starts=reshape([1, 1], [2, 1]), counts=reshape([4, 9], [2, 1]), stat=stat, errmsg=message)
    else
      call layout%from_local(ctx, [4, 9], starts=nothing, counts=nothing, stat=stat, errmsg=message)
    end if
    call assert_ok(stat, message, "from_local: ranks without boxes")
    call layout%from_local(ctx, [4, 9], starts=reshape([1, 2], [2, 1]), counts=reshape([4, 9], [2, 1]), stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_LAYOUT .and. len_trim(message) > 20, "from_local: a box outside the shape: "//trim(message))
  end subroutine from_local

  !> The section of DESIGN: a field with halo, handed over without it.
  subroutine wrapped_array()
    integer, parameter :: nxg = 6, nyg = 11, halo = 2
    real(real64), allocatable, target :: theta(:, :)
    type(hearth_array) :: theta_h, whole
    type(hearth_layout) :: layout
    type(hearth_window) :: window
    integer :: first, count, i, j
    integer(int64) :: before, after, peak, cap

    call share_of(nyg, first, count)
    allocate (theta(1 - halo:nxg + halo, 1 - halo:count + halo), source=-1.0_real64)
    do j = 1, count
      theta(1:nxg, j) = [(value_at(i, first + j - 1), i=1, nxg)]
    end do
    call ctx%memory(before, peak, cap)
    call theta_h%wrap(ctx, hearth_window(theta(1:nxg, 1:count)), global_shape=[nxg, nyg], start=[1, first])
    call ctx%memory(after, peak, cap)
    call assert_all(after - before < 8 * 1024, "wrapping copies nothing")
    call theta_h%access(1, HEARTH_READ, window)
    call assert_all(count == 0 .or. same_place(window, theta(1:nxg, 1:max(count, 1))) .or. ctx%backend() == "guard", &
      "the window of a wrapped array is the model's memory")
    call theta_h%release(1)

    call layout%split(ctx, [nxg, nyg], axis=-1)
    call whole%create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call theta_h%copy(whole)
    call check_whole(whole, 0.0_real64, "copied out of the window")
    theta(1:nxg, 1:count) = theta(1:nxg, 1:count) + 0.5_real64
    call theta_h%copy(whole)
    call check_whole(whole, 0.5_real64, "later changes of the model are seen")
    call theta_h%fill(7.0_real64)
    call assert_all(all(abs(theta(1:nxg, 1:count) - 7) < 1e-12) .and. all(abs(theta(-1:0, :) + 1) < 1e-12) &
      .and. all(abs(theta(:, count + 1:) + 1) < 1e-12), "a fill writes through the window and leaves the halo alone")
    call theta_h%wrap(layout, hearth_window(theta(1:nxg, 1:count)), stat, message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT .or. test_size == 1, "a window that is not the local shape is refused")
    call assert_all(theta_h%is_alive() .eqv. test_size == 1, "after a failure the handle is empty")
  end subroutine wrapped_array

  logical function same_place(window, field)
    type(hearth_window), intent(in) :: window
    real(real64), target, intent(in) :: field(:, :)
    type(hearth_window) :: own

    own = hearth_window(field)
    same_place = transfer(own%base, 0_int64) == transfer(window%base, 0_int64) .and. all(own%stride(:2) == window%stride(:2))
  end function same_place

  !> Every rank holds all of `whole`, whose elements are value_at + shift.
  subroutine check_whole(whole, shift, what)
    type(hearth_array), intent(inout) :: whole
    real(real64), intent(in) :: shift
    character(len=*), intent(in) :: what
    type(hearth_window) :: window
    real(real64), pointer :: p(:, :)
    logical :: right
    integer :: i, j

    p => null()
    call whole%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    right = .true.
    do j = 1, size(p, 2)
      do i = 1, size(p, 1)
        right = right .and. abs(p(i, j) - value_at(i, j) - shift) < 1e-9_real64
      end do
    end do
    call assert_all(right .and. size(p) > 0, what)
    call whole%release(1)
  end subroutine check_whole

  subroutine owned_array()
    type(hearth_layout) :: layout, again
    type(hearth_array) :: a, b
    type(hearth_window) :: window
    real(real64), pointer :: p(:, :)
    integer :: first, count, i, j, dtype, order, pieces, ndim, extents(2), equal

    call share_of(5, first, count)
    call layout%split(ctx, [5, 4], axis=1)
    call a%create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR)
    call a%dtype(dtype)
    call a%order(order)
    call a%pieces(pieces)
    call a%ndim(ndim)
    call a%local_shape(extents)
    call assert_all(dtype == HEARTH_FLOAT64 .and. order == HEARTH_ROW_MAJOR .and. pieces == 1 .and. ndim == 2, "properties")
    call assert_all(all(extents == [count, 4]), "local shape")
    call a%set_name("temperature", "K")
    call a%set_name("temperature")
    call a%set_axis(2, "level", "m", [1.0_real64, 2.0_real64, 4.0_real64, 8.0_real64])
    call a%set_axis(1, "x")
    call a%set_axis(2, "level", values=[1.0_real64], stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "axis 2 has four coordinates: "//trim(message))
    call a%layout(again)
    call again%equal(layout, equal)
    call assert_all(equal == 1, "an array's layout")
    p => null()
    call a%access(1, HEARTH_WRITE, window)
    call hearth_pointer(window, p)
    do j = 1, 4
      do i = 1, count
        p(i, j) = value_at(first + i - 1, j)
      end do
    end do
    call a%release(1)
    call again%split(ctx, [5, 4], axis=-1)
    call b%create(again, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call a%copy(b)
    call check_whole(b, 0.0_real64, "a row-major array through a Fortran pointer")
    call b%clone(a)
    call b%fill(0.0_real64)
    call check_whole(a, 0.0_real64, "a clone is independent")
  end subroutine owned_array

  subroutine rebinding()
    real(real64), target :: now(3), next(3)
    type(hearth_layout) :: layout
    type(hearth_array) :: field, sum
    type(hearth_window) :: window
    real(real64), pointer :: p(:)

    now = test_rank
    next = test_rank + 100
    p => null()
    call layout%split(ctx, [3 * test_size], axis=1)
    call field%wrap(layout, [hearth_window(now)])
    call sum%create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call field%rebind(hearth_window(next))
    call field%copy(sum)
    call sum%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    call assert_all(all(abs(p - test_rank - 100) < 1e-12), "rebind: the other time level")
    call sum%release(1)
    call field%rebind([hearth_window(now(1:2))], stat, message)
    call assert_all(stat /= HEARTH_OK, "rebind: another shape is refused: "//trim(message))
    call field%copy(sum, stat, message)
    call assert_all(stat /= HEARTH_OK, "a local failure surfaces at the next collective call")
    call field%reset()
    call field%copy(sum, stat, message)
    call assert_ok(stat, message, "after reset the array works again")
  end subroutine rebinding

  subroutine plans()
    type(hearth_layout) :: rows, columns
    type(hearth_array) :: a, b
    type(hearth_plan) :: plan
    integer :: sent, received, local, extents(2)

    call rows%split(ctx, [8, 6], 1)
    call columns%split(ctx, [8, 6], 2)
    call a%create(rows, HEARTH_FLOAT32, HEARTH_COLUMN_MAJOR)
    call b%create(columns, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call a%fill(2.5_real64)
    call plan%create(rows, columns)
    call plan%execute(a, b)
    call plan%volume(sent, received, local)
    call rows%local_shape(extents)
    call assert_all(sent + local == product(extents), "plan: all of the source goes somewhere")
    call columns%local_shape(extents)
    call assert_all(received + local == product(extents), "plan: all of the target comes from somewhere")
  end subroutine plans

  subroutine refused_calls()
    type(hearth_layout) :: layout
    type(hearth_array) :: array, empty
    character(len=:), allocatable :: text
    real(real64), target :: x(4)
    integer :: status, rank, extents(2)

    call layout%split(ctx, [5, 7], axis=3, stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT .and. index(message, "layout%split") > 0, "axis 3 of 2: "//trim(message))
    call hearth_last_error(ctx, status, rank, text)
    call assert_all(status == HEARTH_ERR_ARGUMENT .and. index(message, text) > 0, "last_error holds the same message")
    call layout%split(ctx, [5, 7], axis=0, stat=stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "there is no axis 0")
    call array%wrap(ctx, hearth_window(x), [4], [1, 1], stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "global_shape and start of different sizes")
    call empty%shape(extents, stat, message)
    call assert_all(stat == HEARTH_ERR_ARGUMENT .and. len_trim(message) > 0, "an empty handle: "//trim(message))
    call empty%destroy(stat)
    call assert_all(stat == HEARTH_OK .and. .not. empty%is_alive(), "destroying an empty handle")
  end subroutine refused_calls

end program test_binding
