!> The Fortran binding of files: written, committed, opened, listed and read back. In a build without libhearth_io every verb must say so.
program test_files
  use, intrinsic :: iso_fortran_env, only: real64
  use mpi_f08, only: MPI_COMM_WORLD, MPI_Barrier
  use hearth
  use assertions
  implicit none

  integer, parameter :: nx = 6, ny = 5
  character(len=*), parameter :: path = "test_files.nc"
  type(hearth_context) :: ctx
  type(hearth_context_options) :: options
  type(hearth_output) :: output
  character(len=400) :: message
  integer :: stat

  call test_begin()
  options%leak_check = 1
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, options)
  call output%create(ctx, path, stat, message)
  if (stat == HEARTH_ERR_NOT_BUILT) then
    call assert_all(index(message, "lacks the optional part") > 0, "the message says what is missing: "//trim(message))
  else
    call assert_ok(stat, message, "output%create")
    call write_file()
    call read_file()
    call dates()
    call write_eofs()
    call wrong_names()
  end if
  call output%destroy()
  call ctx%destroy(stat, message)
  call assert_ok(stat, message, "nothing leaks")
  call test_end()

contains

  pure real(real64) function value_at(i, j)
    integer, intent(in) :: i, j

    value_at = 1000 * i + j
  end function value_at

  subroutine write_file()
    type(hearth_layout) :: layout
    type(hearth_array) :: array
    type(hearth_window) :: window
    real(real64), pointer :: p(:, :)
    integer :: i, j, first, local(2)

    call output%dimension("x", nx)
    call output%dimension("y", ny)
    call output%variable("h", HEARTH_FLOAT64, "x y", -1.0_real64)
    call output%variable("x", HEARTH_FLOAT64, "x", -1.0_real64)
    call output%text("h", "units", "m")
    call output%text("", "title", "a test")
    call output%number("h", "depth", 2.5_real64)
    call layout%split(ctx, [nx, ny], axis=2)
    call array%create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call layout%local_shape(local)
    p => null()
    call array%access(1, HEARTH_WRITE, window)
    call hearth_pointer(window, p)
    if (local(2) > 0) call layout%global_index(2, 1, first)
    do j = 1, local(2)
      do i = 1, nx
        p(i, j) = value_at(i, first + j - 1)
      end do
    end do
    call array%release(1)
    call output%write("h", array)
    call output%write_numbers("x", [(0.5_real64 * i, i=1, nx)])
    call output%commit()
    call output%destroy()
  end subroutine write_file

  subroutine read_file()
    type(hearth_file) :: file
    type(hearth_variable) :: h
    type(hearth_array) :: whole, part
    type(hearth_layout) :: layout
    type(hearth_source) :: source
    type(hearth_window) :: window
    real(real64), pointer :: p(:, :)
    character(len=:), allocatable :: text
    real(real64) :: number
    integer :: n, i, found, ndim, shape_of(2), dtype, stored, unlimited
    logical :: listed

    p => null()
    call file%open(ctx, path)
    call assert_all(len(file%format()) > 0, "format: "//file%format())
    call file%variables(n)
    listed = .false.
    do i = 1, n
      call file%variable_name(i, text)
      listed = listed .or. text == "h"
    end do
    call assert_all(n >= 2 .and. listed, "variables are numbered from 1")
    call file%attribute_text("title", text, found)
    call assert_all(found /= 0 .and. text == "a test", "global attribute")
    call h%open(file, "h")
    call h%ndim(ndim)
    call h%shape(shape_of)
    call h%dtype(dtype, stored)
    call assert_all(ndim == 2 .and. all(shape_of == [nx, ny]) .and. dtype == HEARTH_FLOAT64 .and. stored == dtype, "properties")
    call h%dimension(2, text, unlimited)
    call assert_all(text == "y" .and. unlimited == 0, "dimension 2 is y")
    call h%attribute_text("units", text, found)
    call assert_all(found /= 0 .and. text == "m", "attribute")
    call h%attribute_text("nothing", text, found)
    call assert_all(found == 0 .and. text == "", "absent attribute")
    call h%attribute_number("depth", number, found)
    call assert_all(found /= 0 .and. abs(number - 2.5) < 1e-12, "numeric attribute")
    call h%load(-1, whole)
    call whole%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    call assert_all(abs(p(3, 4) - value_at(3, 4)) < 1e-12, "load: replicated")
    call whole%release(1)
    call layout%split(ctx, [2, 3], axis=-1)
    call part%create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR)
    call h%read(start=[4, 2], into=part)
    call part%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    call assert_all(abs(p(1, 1) - value_at(4, 2)) < 1e-12 .and. abs(p(2, 3) - value_at(5, 4)) < 1e-12, "read: a box, from 1")
    call part%release(1)
    call source%create(ctx)
    call h%source(1, source)
  end subroutine read_file

  subroutine dates()
    integer :: year(2), month(2), day(2)

    call hearth_time_decode("days since 1999-12-31", values=[1.0_real64, 60.0_real64], year=year, month=month, day=day)
    call assert_all(all(year == 2000) .and. all(month == [1, 2]) .and. all(day == [1, 29]), "dates of times")
    call hearth_time_decode("days since 2001-02-28", "360_day", [1.0_real64, 2.0_real64], year, month, day)
    call assert_all(all(month == [2, 2]) .and. all(day == [29, 30]), "dates in a calendar")
    call hearth_time_decode("days", values=[1.0_real64, 2.0_real64], year=year, month=month, day=day, stat=stat, errmsg=message)
    call assert_all(stat == HEARTH_ERR_FORMAT .and. len_trim(message) > 30, "units without a date: "//trim(message))
    call hearth_time_decode("days since 2000-01-01", values=[1.0_real64], year=year, month=month, day=day, stat=stat)
    call assert_all(stat == HEARTH_ERR_ARGUMENT, "arrays of different sizes")
  end subroutine dates

  !> create attaches the I/O library by itself.
  subroutine write_eofs()
    type(hearth_array) :: array
    type(hearth_file) :: file
    type(hearth_variable) :: h
    type(hearth_source) :: source
    type(hearth_pca) :: eof, from_file
    real(real64) :: lambda(1), lambda_of_file(1)

    call file%open(ctx, path)
    call h%open(file, "h")
    call h%load(2, array)
    call eof%create(ctx, n_components=1)
    call eof%fit(array, sample_axis=1)
    call eof%eigenvalues(lambda)
    call source%create(ctx)
    call h%source(1, source)
    call from_file%create(ctx, n_components=1)
    call from_file%fit(source)
    call from_file%eigenvalues(lambda_of_file)
    call assert_close(lambda_of_file(1), lambda(1), 1e-10_real64 * lambda(1), "fit of a source")
    call eof%write("test_files_eof.nc", stat, message)
    call assert_ok(stat, message, "eof%write")
    call file%open(ctx, "test_files_eof.nc", stat, message)
    call assert_ok(stat, message, "the file of EOFs opens")
  end subroutine write_eofs

  subroutine wrong_names()
    type(hearth_file) :: file
    type(hearth_variable) :: variable

    call file%open(ctx, "no such file.nc", stat, message)
    call assert_all(stat == HEARTH_ERR_FILE .and. index(message, "no such file.nc") > 0, "missing file: "//trim(message))
    call file%open(ctx, path)
    call variable%open(file, "temperature", stat, message)
    call assert_all(stat == HEARTH_ERR_NOT_FOUND .and. index(message, "h") > 0, "missing variable: "//trim(message))
    call variable%open(file, stat=stat)
    call assert_all(stat /= HEARTH_OK, "without a name there must be only one variable")
  end subroutine wrong_names

end program test_files
