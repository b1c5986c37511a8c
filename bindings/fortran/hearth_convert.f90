!> Conversions between Fortran's and C's texts, indices and integers, used by the generated modules.
module hearth_convert
  use, intrinsic :: iso_c_binding
  use hearth_constants, only: HEARTH_OK
  implicit none
  private
  public :: c_text, c_chars, blank, is_cut, to_text, pointer_to_text, c_index, same_size, narrow, hearth_narrow

  !> 1-based to 0-based. -1 keeps its meaning ("no axis"); 0 is no index in Fortran and must be none in C either.
  interface c_index
    procedure :: c_index_int32, c_index_int64
  end interface c_index

  !> A 64-bit result of C in a default integer.
  interface narrow
    procedure :: narrow_scalar, narrow_array
  end interface narrow

  interface
    pure function strlen(text) bind(C)
      import :: c_ptr, c_size_t
      type(c_ptr), value :: text
      integer(c_size_t) :: strlen
    end function strlen
  end interface

  !> Status within the binding: a result of C does not fit the default integer that it was asked for in.
  integer(c_int), parameter :: hearth_narrow = 1001

contains

  !> A text as C wants it: without trailing blanks, ended by NUL.
  pure function c_text(text) result(chars)
    character(len=*), intent(in) :: text
    character(len=len_trim(text) + 1, kind=c_char) :: chars

    chars = trim(text)//c_null_char
  end function c_text

  !> The same as an array, which c_loc accepts.
  pure function c_chars(text) result(chars)
    character(len=*), intent(in) :: text
    character(kind=c_char) :: chars(len_trim(text) + 1)
    integer :: i

    do i = 1, len_trim(text)
      chars(i) = text(i:i)
    end do
    chars(size(chars)) = c_null_char
  end function c_chars

  !> Makes `chars` a buffer that holds the empty text.
  subroutine blank(chars, length)
    character(kind=c_char), allocatable, intent(inout) :: chars(:)
    integer(c_int64_t), intent(in) :: length

    if (allocated(chars)) deallocate (chars)
    allocate (chars(length), source=c_null_char)
  end subroutine blank

  !> Whether C filled the buffer to the end, so that the text may be longer.
  pure function is_cut(chars)
    character(kind=c_char), intent(in) :: chars(:)
    logical :: is_cut

    is_cut = all(chars(:size(chars) - 1) /= c_null_char)
  end function is_cut

  pure function to_text(chars) result(text)
    character(kind=c_char), intent(in) :: chars(:)
    character(len=:), allocatable :: text
    integer :: i, n

    n = 0
    do while (n < size(chars))
      if (chars(n + 1) == c_null_char) exit
      n = n + 1
    end do
    allocate (character(len=n) :: text)
    do i = 1, n
      text(i:i) = chars(i)
    end do
  end function to_text

  !> The C string at an address; "" for NULL.
  function pointer_to_text(address) result(text)
    type(c_ptr), intent(in) :: address
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: chars(:)

    text = ""
    if (.not. c_associated(address)) return
    call c_f_pointer(address, chars, [strlen(address)])
    text = to_text(chars)
  end function pointer_to_text

  elemental function c_index_int32(i) result(zero_based)
    integer(c_int32_t), intent(in) :: i
    integer(c_int32_t) :: zero_based

    zero_based = int(c_index_int64(int(i, c_int64_t)), c_int32_t)
  end function c_index_int32

  elemental function c_index_int64(i) result(zero_based)
    integer(c_int64_t), intent(in) :: i
    integer(c_int64_t) :: zero_based

    if (i > 0) then
      zero_based = i - 1
    else if (i == 0) then
      zero_based = -2
    else
      zero_based = i
    end if
  end function c_index_int64

  !> The common size of several arrays, or -1, which every C function refuses on all ranks: a check here would leave the others waiting.
  pure function same_size(sizes) result(common)
    integer, intent(in) :: sizes(:)
    integer :: common

    common = merge(sizes(1), -1, all(sizes == sizes(1)))
  end function same_size

  subroutine narrow_scalar(wide, narrowed, status)
    integer(c_int64_t), intent(in) :: wide
    integer(c_int32_t), intent(out) :: narrowed
    integer(c_int), intent(inout) :: status

    narrowed = 0
    if (status /= HEARTH_OK) return
    if (abs(wide) > huge(narrowed)) then
      status = hearth_narrow
    else
      narrowed = int(wide, c_int32_t)
    end if
  end subroutine narrow_scalar

  subroutine narrow_array(wide, narrowed, status)
    integer(c_int64_t), intent(in) :: wide(:)
    integer(c_int32_t), intent(out) :: narrowed(:)
    integer(c_int), intent(inout) :: status
    integer :: i

    narrowed = 0
    do i = 1, size(wide)
      call narrow_scalar(wide(i), narrowed(i), status)
    end do
  end subroutine narrow_array

end module hearth_convert
