!> Who owns what: finalizers, assignment, components of other types, creating over a live handle. The context's leak check is the judge.
program test_lifetime
  use, intrinsic :: iso_fortran_env, only: real64
  use mpi_f08, only: MPI_COMM_WORLD
  use hearth
  use assertions
  implicit none

  type :: component
    type(hearth_context) :: ctx
    type(hearth_array) :: field
    integer :: steps = 0
  end type component

  call test_begin()
  call scope(0)
  call scope(1)
  call scope(2)
  call scope(3)
  call scope(4)
  call unfinished()
  call test_end()

contains

  !> Runs one use of handles in a scope of its own, then destroys the context, which reports what is alive.
  subroutine scope(number)
    integer, intent(in) :: number
    type(hearth_context) :: ctx
    type(hearth_context_options) :: options
    character(len=400) :: message
    integer :: stat

    options%leak_check = 1
    call ctx%create(MPI_COMM_WORLD%MPI_VAL, options)
    select case (number)
    case (0)
      call finalizers(ctx)
    case (1)
      call assignment(ctx)
    case (2)
      call created_twice(ctx)
    case (3)
      call arrays_of_handles(ctx)
    case (4)
      call components(ctx)
    end select
    call ctx%destroy(stat, message)
    call assert_ok(stat, message, "nothing is left over")
    call assert_all(.not. ctx%is_alive(), "a destroyed context is not alive")
  end subroutine scope

  subroutine finalizers(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layout
    type(hearth_array) :: array, copy
    type(hearth_state) :: state
    type(hearth_metric) :: metric
    type(hearth_pca) :: pca
    type(hearth_layout_builder) :: builder
    type(hearth_context) :: context

    context = ctx
    call layout%split(context, [8], 1)
    call array%create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR)
    call array%clone(copy)
    call state%create(context)
    call state%add("h", array)
    call metric%create(context)
    call pca%create(context, n_components=1, metric=metric)
    call builder%create(context, [2, 3])
  end subroutine finalizers

  subroutine assignment(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layout
    type(hearth_array) :: a, b, c
    integer :: ndim, stat

    call layout%split(ctx, [8, 8], 1)
    call a%create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR)
    b = a
    c = b
    c = c
    call a%destroy()
    call b%ndim(ndim)
    call assert_all(ndim == 2 .and. .not. a%is_alive(), "an assigned handle outlives the one it came from")
    b = a
    call assert_all(.not. b%is_alive(), "assigning an empty handle empties")
    call c%ndim(ndim, stat)
    call assert_all(stat == HEARTH_OK .and. ndim == 2, "the last of three shares still works")
    b = c
    call b%destroy()
    call c%destroy()
    call c%ndim(ndim, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "after the last share the handle is empty")
  end subroutine assignment

  subroutine created_twice(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layout
    type(hearth_array) :: a, b
    integer :: ndim

    call layout%split(ctx, [8], 1)
    call layout%split(ctx, [8, 8, 8], 1)
    call a%create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR)
    b = a
    call a%create(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR)
    call b%ndim(ndim)
    call assert_all(ndim == 3, "creating over one share leaves the other alone")
    call a%clone(b)
  end subroutine created_twice

  subroutine arrays_of_handles(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layouts(3)
    type(hearth_layout), allocatable :: more(:)
    integer :: i, n, ndim

    do i = 1, 3
      call layouts(i)%split(ctx, [(8, n=1, i)], 1)
    end do
    allocate (more(3))
    more = layouts
    call layouts(2)%destroy()
    call more(2)%ndim(ndim)
    call assert_all(ndim == 2, "elementwise assignment shares each handle")
    deallocate (more)
  end subroutine arrays_of_handles

  subroutine components(ctx)
    type(hearth_context), intent(in) :: ctx
    type(component) :: a, b
    type(hearth_layout) :: layout
    integer :: ndim

    a%ctx = ctx
    call layout%split(a%ctx, [4, 4], 2)
    call a%field%create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    b = a
    call a%field%destroy()
    call b%field%ndim(ndim)
    call assert_all(ndim == 2, "assignment of a type that holds handles")
  end subroutine components

  !> The leak check does find what is still held, and the context goes all the same.
  subroutine unfinished()
    type(hearth_context) :: ctx
    type(hearth_context_options) :: options
    type(hearth_layout) :: layout
    character(len=400) :: message
    integer :: stat, ndim

    options%leak_check = 1
    call ctx%create(MPI_COMM_WORLD%MPI_VAL, options)
    call layout%split(ctx, [8], 1)
    message = ""
    call ctx%destroy(stat, message)
    call assert_all(stat == HEARTH_ERR_LEAK .and. index(message, "layout") > 0, "a live layout is reported: "//trim(message))
    call layout%ndim(ndim, stat)
    call assert_all(stat == HEARTH_OK .and. ndim == 1, "objects keep their context alive")
  end subroutine unfinished

end program test_lifetime
