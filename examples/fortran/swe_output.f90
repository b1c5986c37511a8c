!> Samples of the height field in one NumPy file: float64 of shape
!> (samples, ny, nx) in C order, written by all ranks with MPI-IO, so that
!> what an in-situ analysis found can be checked offline.
module swe_output
  use mpi_f08
  use swe_kinds, only: wp, halo_width
  use swe_grid, only: grid
  implicit none
  private

  public :: output_open, output_write, output_close

  type, public :: output
    private
    type(MPI_File) :: file = MPI_FILE_NULL
    type(MPI_Datatype) :: in_memory = MPI_DATATYPE_NULL
    integer(MPI_OFFSET_KIND) :: cells = 0          ! of this rank
    integer(MPI_OFFSET_KIND) :: written = 0        ! samples so far
    integer, public :: samples = 0                 ! promised in the header
  end type output

contains

  subroutine output_open(o, g, path, samples)
    type(output), intent(out) :: o
    type(grid), intent(in) :: g
    character(len=*), intent(in) :: path
    integer, intent(in) :: samples
    type(MPI_Datatype) :: in_file
    character(len=:), allocatable :: header
    integer(MPI_OFFSET_KIND) :: bytes
    integer :: err

    o%samples = samples
    o%cells = int(g%nx, MPI_OFFSET_KIND) * int(g%ny, MPI_OFFSET_KIND)
    call block_type([g%nx, g%ny] + 2 * halo_width, [g%nx, g%ny], &
      [halo_width, halo_width], o%in_memory)
    call block_type([g%nxg, g%nyg], [g%nx, g%ny], [g%i0, g%j0], in_file)

    ! MPI_File_open does not truncate: an older, longer file would show through.
    call MPI_File_open(g%comm, path, MPI_MODE_CREATE + MPI_MODE_WRONLY, &
      MPI_INFO_NULL, o%file, err)
    if (err /= MPI_SUCCESS) error stop 'in_situ: cannot open the output file'
    call MPI_File_set_size(o%file, 0_MPI_OFFSET_KIND)
    header = npy_header(samples, g%nyg, g%nxg)
    bytes = len(header, MPI_OFFSET_KIND)
    if (g%rank == 0) call MPI_File_write_at(o%file, 0_MPI_OFFSET_KIND, header, &
      len(header), MPI_CHARACTER, MPI_STATUS_IGNORE)
    ! One sample is one tile of the file type, so sample k starts k*cells
    ! elements into the view.
    call MPI_File_set_view(o%file, bytes, MPI_DOUBLE_PRECISION, in_file, &
      'native', MPI_INFO_NULL)
    call MPI_Type_free(in_file)
  end subroutine output_open

  subroutine block_type(whole, part, start, new)
    integer, intent(in) :: whole(2)
    integer, intent(in) :: part(2)
    integer, intent(in) :: start(2)
    type(MPI_Datatype), intent(out) :: new

    call MPI_Type_create_subarray(2, whole, part, start, MPI_ORDER_FORTRAN, &
      MPI_DOUBLE_PRECISION, new)
    call MPI_Type_commit(new)
  end subroutine block_type

  !> x is a field with its halo; the halo stays at home.
  subroutine output_write(o, x)
    type(output), intent(inout) :: o
    real(wp), contiguous, intent(in) :: x(:,:)
    integer :: err

    call MPI_File_write_at_all(o%file, o%written * o%cells, x, 1, &
      o%in_memory, MPI_STATUS_IGNORE, err)
    if (err /= MPI_SUCCESS) error stop 'in_situ: cannot write a sample'
    o%written = o%written + 1
  end subroutine output_write

  subroutine output_close(o)
    type(output), intent(inout) :: o

    call MPI_File_close(o%file)
    call MPI_Type_free(o%in_memory)
  end subroutine output_close

  !> NPY format 1.0: magic, version, two-byte length, a Python dict padded with
  !> blanks so that the data starts at a multiple of 64, and a newline.
  function npy_header(samples, ny, nx) result(header)
    integer, intent(in) :: samples
    integer, intent(in) :: ny
    integer, intent(in) :: nx
    character(len=:), allocatable :: header
    integer, parameter :: length = 192, preamble = 10
    character(len=length - preamble) :: dict
    character(len=2) :: order

    ! '<f8' on little-endian machines, where the first byte of 1 is not zero.
    order = '<f'
    if (ichar(transfer(1, 'a')) == 0) order = '>f'
    write (dict, '(5a,3(i0,a))') "{'descr': '", order, "8', ", &
      "'fortran_order': False, ", "'shape': (", samples, ', ', ny, ', ', nx, &
      '), }'
    dict(len(dict):) = new_line('a')
    header = char(147) // 'NUMPY' // char(1) // char(0) &
      // char(len(dict)) // char(0) // dict
  end function npy_header

end module swe_output
