!> Who owns what: finalizers, other names of one object, components of other types, creating over a live handle. The context's leak check judges.
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
      call names(ctx)
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

  !> Assignment gives an object another name.
  subroutine names(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layout
    type(hearth_array) :: a, b, c
    integer :: ndim, stat

    call layout%split(ctx, [8, 8], 1)
    call a%create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR)
    b = a
    c = b
    c = c
    call c%ndim(ndim)
    call assert_all(ndim == 2, "another name works")
    call inner(a)
    call a%ndim(ndim, stat)
    call assert_all(stat == HEARTH_OK, "the end of a name's scope leaves the object alone")
    call b%create(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR)
    call a%ndim(ndim, stat)
    call assert_all(stat == HEARTH_OK, "creating over a name leaves the object alone")
    call c%destroy()
    call assert_all(.not. (a%is_alive() .or. c%is_alive()) .and. b%is_alive(), "destroy by any name destroys")
    call a%ndim(ndim, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "a name without an object is refused")
    call a%destroy(stat)
    call assert_all(stat == HEARTH_OK, "destroying again does nothing")
    call a%create(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR)
    call assert_all(a%is_alive() .and. .not. c%is_alive(), "an old name does not find a new object")
  end subroutine names

  subroutine inner(array)
    type(hearth_array), intent(in) :: array
    type(hearth_array) :: name

    name = array
    call assert_all(name%is_alive(), "a name in an inner scope")
  end subroutine inner

  subroutine created_twice(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layout
    type(hearth_array) :: a, b
    integer :: ndim

    call layout%split(ctx, [8], 1)
    call layout%split(ctx, [8, 8, 8], 1)
    call a%create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR)
    call a%create(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR)
    call a%clone(b)
    call a%clone(b)
    call b%ndim(ndim)
    call assert_all(ndim == 3, "creating over an object replaces it")
  end subroutine created_twice

  subroutine arrays_of_handles(ctx)
    type(hearth_context), intent(in) :: ctx
    type(hearth_layout) :: layouts(40)
    type(hearth_layout), allocatable :: more(:)
    integer :: i, n, ndim

    do i = 1, size(layouts)
      call layouts(i)%split(ctx, [(8, n=1, mod(i, 3) + 1)], 1)
    end do
    allocate (more(2))
    more = layouts(3:4)
    call layouts(3)%destroy()
    call more(2)%ndim(ndim)
    call assert_all(ndim == 2 .and. .not. more(1)%is_alive(), "names in an array")
    call more(1)%split(ctx, [8], 1)
    call layouts(40)%ndim(ndim)
    call assert_all(ndim == 2, "many objects")
    deallocate (more) ! and with it the layout that more(1) created
  end subroutine arrays_of_handles

  !> gfortran makes temporaries for this assignment and finalizes them.
  subroutine components(ctx)
    type(hearth_context), intent(in) :: ctx
    type(component) :: a
    type(hearth_layout) :: layout
    integer :: ndim

    a%ctx = ctx
    call layout%split(a%ctx, [4, 4], 2)
    call a%field%create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call copy_component(a)
    call a%field%ndim(ndim)
    call assert_all(ndim == 2 .and. a%ctx%is_alive(), "assignment of a type that holds handles")
  end subroutine components

  subroutine copy_component(a)
    type(component), intent(in) :: a
    type(component) :: b, c
    integer :: ndim

    b = a
    c = b
    b = c
    call b%field%ndim(ndim)
    call assert_all(ndim == 2, "a copy of a type that holds handles")
  end subroutine copy_component

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
