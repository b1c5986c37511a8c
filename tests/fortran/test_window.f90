!> hearth_window: base and strides must be those of the memory itself, for every way in which a model may hold its arrays; and hearth_pointer,
!> the way back.
program test_window
  use, intrinsic :: iso_c_binding
  use hearth
  use assertions
  implicit none

  integer, parameter :: ip = c_intptr_t

  type :: cell
    integer(c_int8_t) :: kind
    real(c_double) :: u, v
    real(c_float) :: t(3)
  end type cell

  call test_begin()
  call each_kind()
  call whole_arrays_and_sections()
  call components()
  call pointers_and_common()
  call ranks_and_empty_arrays()
  call untyped()
  call pointers_back()
  call test_end()

contains

  integer(c_intptr_t) function address(a)
    type(*), target, intent(in) :: a

    address = transfer(c_loc(a), address)
  end function address

  !> `first` and `expected` bytes between neighbours say where the elements are.
  subroutine check(window, dtype, extents, first, strides, what)
    type(hearth_window), intent(in) :: window
    integer(c_int32_t), intent(in) :: dtype
    integer, intent(in) :: extents(:)
    integer(c_intptr_t), intent(in) :: first, strides(:)
    character(len=*), intent(in) :: what
    integer :: n

    n = size(extents)
    call assert_all(window%dtype == dtype, what//": dtype")
    call assert_all(window%ndim == n, what//": ndim")
    call assert_all(all(window%extent(:n) == extents), what//": extents")
    call assert_all(transfer(window%base, first) == first, what//": base")
    call assert_all(all(window%stride(:n) == strides .or. extents == 1), what//": strides")
  end subroutine check

  subroutine each_kind()
    logical(c_bool), target :: l(3)
    integer(c_int8_t), target :: i1(3)
    integer(c_int16_t), target :: i2(3)
    integer(c_int32_t), target :: i4(3)
    integer(c_int64_t), target :: i8(3)
    real(c_float), target :: r4(3)
    real(c_double), target :: r8(3)
    complex(c_float_complex), target :: c4(3)
    complex(c_double_complex), target :: c8(3)
    integer, target :: default_integer(2:5, 3)
    real, target :: default_real(4)
    double precision, target :: double_precision(4)

    call check(hearth_window(l), HEARTH_BOOL, [3], address(l(1)), [1_ip], "logical(c_bool)")
    call check(hearth_window(i1), HEARTH_INT8, [3], address(i1(1)), [1_ip], "int8")
    call check(hearth_window(i2), HEARTH_INT16, [3], address(i2(1)), [2_ip], "int16")
    call check(hearth_window(i4), HEARTH_INT32, [3], address(i4(1)), [4_ip], "int32")
    call check(hearth_window(i8), HEARTH_INT64, [3], address(i8(1)), [8_ip], "int64")
    call check(hearth_window(r4), HEARTH_FLOAT32, [3], address(r4(1)), [4_ip], "real32")
    call check(hearth_window(r8), HEARTH_FLOAT64, [3], address(r8(1)), [8_ip], "real64")
    call check(hearth_window(c4), HEARTH_COMPLEX64, [3], address(c4(1)), [8_ip], "complex32")
    call check(hearth_window(c8), HEARTH_COMPLEX128, [3], address(c8(1)), [16_ip], "complex64")
    call check(hearth_window(default_integer), HEARTH_INT32, [4, 3], address(default_integer(2, 1)), [4_ip, 16_ip], &
      "default integer with a lower bound")
    call check(hearth_window(default_real), HEARTH_FLOAT32, [4], address(default_real(1)), [4_ip], "default real")
    call check(hearth_window(double_precision), HEARTH_FLOAT64, [4], address(double_precision(1)), [8_ip], &
      "double precision")
  end subroutine each_kind

  subroutine whole_arrays_and_sections()
    integer, parameter :: nx = 7, ny = 5, nz = 3, halo = 2
    real(c_double), allocatable, target :: theta(:, :, :)
    integer(c_intptr_t) :: row, plane

    allocate (theta(1 - halo:nx + halo, 1 - halo:ny + halo, nz))
    row = 8 * (nx + 2 * halo)
    plane = row * (ny + 2 * halo)
    call check(hearth_window(theta), HEARTH_FLOAT64, [nx + 4, ny + 4, nz], address(theta(-1, -1, 1)), [8_ip, row, plane], &
      "allocatable")
    call check(hearth_window(theta(1:nx, 1:ny, :)), HEARTH_FLOAT64, [nx, ny, nz], address(theta(1, 1, 1)), [8_ip, row, plane], &
      "without its halo")
    call check(hearth_window(theta(1:nx, 1:ny, 2)), HEARTH_FLOAT64, [nx, ny], address(theta(1, 1, 2)), [8_ip, row], &
      "one level")
    call check(hearth_window(theta(3, 1:ny, :)), HEARTH_FLOAT64, [ny, nz], address(theta(3, 1, 1)), [row, plane], &
      "a plane across rows")
    call check(hearth_window(theta(nx:1:-1, 1:ny:2, nz:1:-1)), HEARTH_FLOAT64, [nx, 3, nz], address(theta(nx, 1, nz)), &
      [-8_ip, 2 * row, -plane], "negative strides")
    call assumed_shape(theta, theta(1:nx, 1:ny, :))
  end subroutine whole_arrays_and_sections

  !> Dummies of assumed shape with TARGET: the usual way in which a model's driver sees its fields.
  subroutine assumed_shape(whole, inner)
    real(c_double), target, intent(in) :: whole(:, :, :), inner(:, :, :)

    call check(hearth_window(whole), HEARTH_FLOAT64, [11, 9, 3], address(whole(1, 1, 1)), [8_ip, 88_ip, 792_ip], &
      "assumed shape")
    call check(hearth_window(inner), HEARTH_FLOAT64, [7, 5, 3], address(whole(3, 3, 1)), [8_ip, 88_ip, 792_ip], &
      "assumed shape of a section")
  end subroutine assumed_shape

  subroutine components()
    type(cell), target :: cells(4, 3)
    complex(c_double_complex), target :: z(6)
    complex(c_float_complex), target :: w(2, 3)
    integer(c_intptr_t) :: step

    step = address(cells(2, 1)%u) - address(cells(1, 1)%u)
    call check(hearth_window(cells%u), HEARTH_FLOAT64, [4, 3], address(cells(1, 1)%u), [step, 4 * step], &
      "component section u")
    call check(hearth_window(cells%v), HEARTH_FLOAT64, [4, 3], address(cells(1, 1)%v), [step, 4 * step], &
      "component section v")
    call check(hearth_window(cells(4:2:-1, 1:3:2)%v), HEARTH_FLOAT64, [3, 2], address(cells(4, 1)%v), [-step, 8 * step], &
      "component of a section")
    call check(hearth_window(cells(2, 3)%t), HEARTH_FLOAT32, [3], address(cells(2, 3)%t(1)), [4_ip], &
      "array component")
    call check(hearth_window(cells(:, 2)%t(2)), HEARTH_FLOAT32, [4], address(cells(1, 2)%t(2)), [step], &
      "element of an array component")
    call check(hearth_window(cells%kind), HEARTH_INT8, [4, 3], address(cells(1, 1)%kind), [step, 4 * step], &
      "one-byte component")
    call check(hearth_window(z%re), HEARTH_FLOAT64, [6], address(z(1)), [16_ip], "z%re")
    call check(hearth_window(z%im), HEARTH_FLOAT64, [6], address(z(1)) + 8, [16_ip], "z%im")
    call check(hearth_window(z(5:1:-2)%im), HEARTH_FLOAT64, [3], address(z(5)) + 8, [-32_ip], "z(5:1:-2)%im")
    call check(hearth_window(w%im), HEARTH_FLOAT32, [2, 3], address(w(1, 1)) + 4, [8_ip, 16_ip], "w%im")
  end subroutine components

  subroutine pointers_and_common()
    type(cell), target :: cells(5)
    real(c_double), pointer :: u(:), column(:), square(:, :)
    real(c_double), target :: line(12)
    real(c_double), target :: h(4, 5)
    integer(c_intptr_t) :: step
    common /fields/ h

    step = address(cells(2)%u) - address(cells(1)%u)
    u => cells%u
    call check(hearth_window(u), HEARTH_FLOAT64, [5], address(cells(1)%u), [step], "pointer to a component")
    ! No section of u here: gfortran 12 computes a wrong address for those, also in plain pointer assignments. The component section is right:
    call check(hearth_window(cells(2:4:2)%u), HEARTH_FLOAT64, [2], address(cells(2)%u), [2 * step], "component of a section, 1-d")
    square(0:2, 1:4) => line
    call check(hearth_window(square), HEARTH_FLOAT64, [3, 4], address(line(1)), [8_ip, 24_ip], "remapped pointer")
    call check(hearth_window(h), HEARTH_FLOAT64, [4, 5], address(h(1, 1)), [8_ip, 32_ip], "COMMON variable")
    column => h(2, :)
    call check(hearth_window(column), HEARTH_FLOAT64, [5], address(h(2, 1)), [32_ip], &
      "pointer to a row of a COMMON variable")
    nullify (column)
    call assert_all(nothing(hearth_window(column)), "a disassociated pointer is no window")
  end subroutine pointers_and_common

  pure logical function nothing(window)
    type(hearth_window), intent(in) :: window

    nothing = window%dtype == HEARTH_DTYPE_NONE
  end function nothing

  subroutine ranks_and_empty_arrays()
    real(c_float), target :: a5(2, 3, 4, 5, 6), a8(2, 1, 2, 1, 2, 1, 2, 3), a9(1, 1, 1, 1, 1, 1, 1, 1, 2), scalar
    real(c_double), allocatable, target :: none(:, :)
    integer(c_intptr_t), parameter :: strides5(5) = [4, 8, 24, 96, 480]
    integer(c_intptr_t), parameter :: strides8(8) = [4, 8, 8, 16, 16, 32, 32, 64]
    type(hearth_window) :: window

    call check(hearth_window(a5), HEARTH_FLOAT32, [2, 3, 4, 5, 6], address(a5(1, 1, 1, 1, 1)), strides5, &
      "five dimensions")
    call check(hearth_window(a5(2, :, 2:4, 5:1:-1, :)), HEARTH_FLOAT32, [3, 3, 5, 6], address(a5(2, 1, 2, 5, 1)), &
      strides5(2:) * [1, 1, -1, 1], "four of five dimensions")
    call check(hearth_window(a8), HEARTH_FLOAT32, shape(a8), address(a8(1, 1, 1, 1, 1, 1, 1, 1)), strides8, &
      "eight dimensions")
    call assert_all(nothing(hearth_window(a9)), "nine dimensions are too many")
    window = hearth_window(scalar)
    call assert_all(window%ndim == 0 .and. transfer(window%base, 0_ip) == address(scalar), "a scalar has no dimension")
    allocate (none(0, 4))
    window = hearth_window(none)
    call assert_all(window%dtype == HEARTH_FLOAT64 .and. all(window%extent(:2) == [0, 4]), "an array without elements")
    window = hearth_window(a5(2:1, :, 1, 1, 1))
    call assert_all(window%dtype == HEARTH_FLOAT32 .and. all(window%extent(:2) == [0, 3]), "a section without elements")
  end subroutine ranks_and_empty_arrays

  subroutine untyped()
    real(c_double) :: old(6, 4)
    integer(c_intptr_t) :: first

    first = address(old(1, 1))
    call check(hearth_window_untyped(old, HEARTH_FLOAT64), HEARTH_FLOAT64, [6, 4], first, [8_ip, 48_ip], "untyped")
    call check(hearth_window_untyped(old(2:5, 4:1:-1), HEARTH_FLOAT64), HEARTH_FLOAT64, [4, 4], first + 8 + 3 * 48, &
      [8_ip, -48_ip], "untyped section")
    call assert_all(nothing(hearth_window_untyped(old, HEARTH_FLOAT32)), "a dtype of another size is refused")
    call assert_all(nothing(hearth_window_untyped(old, 99)), "a dtype that does not exist is refused")
  end subroutine untyped

  subroutine pointers_back()
    real(c_double), target :: x(4, 5, 6)
    type(cell), target :: cells(5)
    complex(c_double_complex), target :: z(6)
    real(c_double), pointer :: p1(:), p3(:, :, :)
    real(c_float), pointer :: wrong_kind(:)
    integer(c_int32_t) :: stat
    integer :: i

    p1 => null()
    p3 => null()
    wrong_kind => null()
    x = reshape([(real(i, c_double), i=1, size(x))], shape(x))
    call hearth_pointer(hearth_window(x(4:1:-1, 2:3, 6:2:-2)), p3, stat)
    call assert_all(stat == HEARTH_OK .and. all(shape(p3) == [4, 2, 3]) .and. all(lbound(p3) == 1), "pointer: shape and bounds")
    call assert_all(all(p3 == x(4:1:-1, 2:3, 6:2:-2)), "pointer: negative strides read back")
    p3(1, 2, 3) = -7
    call assert_all(x(4, 3, 2) == -7, "pointer: a write reaches the array")
    cells%u = [(real(i, c_double), i=1, 5)]
    cells%v = 0
    call hearth_pointer(hearth_window(cells%u), p1)
    p1 = 2 * p1
    call assert_all(all(cells%u == [2, 4, 6, 8, 10]) .and. all(cells%v == 0), "pointer: component section")
    z = (1, 2)
    call hearth_pointer(hearth_window(z%im), p1)
    p1 = 5
    call assert_all(all(z == (1, 5)), "pointer: z%im")
    call hearth_pointer(hearth_window(x), p1, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT .and. .not. associated(p1), "pointer: another rank is refused")
    call hearth_pointer(hearth_window(x(:, 1, 1)), wrong_kind, stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT .and. .not. associated(wrong_kind), "pointer: another kind is refused")
    call hearth_pointer(hearth_window(x(2:1, 1, 1)), p1, stat)
    call assert_all(stat == HEARTH_OK .and. size(p1) == 0, "pointer: no elements")
  end subroutine pointers_back

end program test_window
