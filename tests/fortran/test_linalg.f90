!> Linear algebra from Fortran, on the second-difference matrix of order n: eigenvalues 2 - 2 cos(k pi / (n + 1)), determinant n + 1, known inverse.
program test_linalg
  use, intrinsic :: iso_fortran_env, only: real64
  use mpi_f08, only: MPI_COMM_WORLD
  use hearth
  use assertions
  implicit none

  integer, parameter :: n = 6
  real(real64), parameter :: pi = acos(-1.0_real64), tolerance = 1e-12_real64
  type(hearth_context) :: ctx
  type(hearth_context_options) :: options
  character(len=400) :: message
  integer :: stat, k
  real(real64) :: second(n, n), eigenvalue(n)

  call test_begin()
  options%leak_check = 1
  call ctx%create(MPI_COMM_WORLD%MPI_VAL, options, stat, message)
  call assert_ok(stat, message, "context%create")
  second = 0
  do k = 1, n
    second(k, k) = 2
    if (k < n) second(k, k + 1) = -1
    if (k < n) second(k + 1, k) = -1
    eigenvalue(k) = 2 - 2 * cos(k * pi / (n + 1))
  end do
  call products()
  call factors()
  call singular_values()
  call eigenvectors()
  call systems()
  call least_squares()
  call refused()
  call ctx%destroy(stat, message)
  call assert_ok(stat, message, "nothing leaks")
  call test_end()

contains

  !> A matrix with these values, its rows split over the ranks.
  subroutine make(values, array)
    real(real64), intent(in) :: values(:, :)
    type(hearth_array), intent(inout) :: array
    real(real64), target :: copy(size(values, 1), size(values, 2))
    type(hearth_layout) :: layout
    type(hearth_array) :: all

    copy = values
    call layout%split(ctx, shape(values), -1)
    call all%wrap(layout, hearth_window(copy))
    call all%resplit(1, array)
  end subroutine make

  !> All values of a matrix on every rank.
  subroutine fetch(array, values)
    type(hearth_array), intent(in) :: array
    real(real64), allocatable, intent(out) :: values(:, :)
    type(hearth_array) :: all
    type(hearth_window) :: window
    real(real64), pointer :: p(:, :)

    p => null()
    call array%resplit(-1, all)
    call all%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    values = p
    call all%release(1)
  end subroutine fetch

  subroutine fetch_line(array, values)
    type(hearth_array), intent(in) :: array
    real(real64), allocatable, intent(out) :: values(:)
    type(hearth_array) :: all
    type(hearth_window) :: window
    real(real64), pointer :: p(:)

    p => null()
    call array%resplit(-1, all)
    call all%access(1, HEARTH_READ, window)
    call hearth_pointer(window, p)
    values = p
    call all%release(1)
  end subroutine fetch_line

  logical function is(array, expected)
    type(hearth_array), intent(in) :: array
    real(real64), intent(in) :: expected(:, :)
    real(real64), allocatable :: values(:, :)

    call fetch(array, values)
    is = all(shape(values) == shape(expected))
    if (is) is = all(abs(values - expected) < tolerance)
  end function is

  pure function identity(order)
    integer, intent(in) :: order
    real(real64) :: identity(order, order)
    integer :: i

    identity = 0
    do i = 1, order
      identity(i, i) = 1
    end do
  end function identity

  subroutine products()
    type(hearth_array) :: a, b, c
    real(real64) :: tall(3 * n, n), norm
    integer :: i, j

    do j = 1, n
      tall(:, j) = [(sin(0.3_real64 * i * j), i=1, 3 * n)]
    end do
    call make(tall, a)
    call make(second, b)
    call a%matmul(b, c)
    call assert_all(is(c, matmul(tall, second)), "matmul, tall by square")
    call b%matmul(b, c)
    call assert_all(is(c, matmul(second, second)), "matmul, square")
    call b%matrix_norm(HEARTH_MATRIX_NORM_FROBENIUS, norm)
    call assert_close(norm, sqrt(sum(second**2)), tolerance, "Frobenius norm")
  end subroutine products

  subroutine factors()
    type(hearth_array) :: a, q, r, product, qt, l, lt
    real(real64) :: tall(3 * n, n)
    real(real64), allocatable :: values(:, :)
    integer :: i, j

    do j = 1, n
      tall(:, j) = [(cos(0.1_real64 * i * j * j), i=1, 3 * n)]
    end do
    call make(tall, a)
    call a%qr(q=q, r=r)
    call q%matmul(r, product)
    call assert_all(is(product, tall), "QR gives the matrix back")
    call q%transpose(view=qt)
    call qt%matmul(q, product)
    call assert_all(is(product, identity(n)), "Q is orthonormal")
    call fetch(r, values)
    call assert_all(all([((abs(values(i, j)) < tolerance .or. i <= j, i=1, n), j=1, n)]), "R is upper triangular")
    call make(second, a)
    call a%cholesky(l)
    call l%transpose(view=lt)
    call l%matmul(lt, product)
    call assert_all(is(product, second), "L L^T is the matrix")
  end subroutine factors

  subroutine singular_values()
    type(hearth_array) :: a, u, s, vt
    real(real64), allocatable :: values(:), left(:, :), right(:, :)
    real(real64) :: cond
    integer :: i

    call make(second, a)
    call a%svd(u=u, s=s, vt=vt)
    call fetch_line(s, values)
    call assert_all(all(abs(values - eigenvalue(n:1:-1)) < tolerance), "singular values")
    call fetch(u, left)
    call fetch(vt, right)
    do i = 1, n
      left(:, i) = left(:, i) * values(i)
    end do
    call assert_all(all(abs(matmul(left, right) - second) < tolerance), "U S V^T is the matrix")
    call a%svdvals(s)
    call fetch_line(s, values)
    call assert_all(all(abs(values - eigenvalue(n:1:-1)) < tolerance), "svdvals")
    call a%cond(HEARTH_COND_2, cond)
    call assert_close(cond, eigenvalue(n) / eigenvalue(1), 1e-10_real64, "condition")
  end subroutine singular_values

  subroutine eigenvectors()
    type(hearth_array) :: a, w, v
    real(real64), allocatable :: values(:), vectors(:, :)
    integer :: i

    call make(second, a)
    call a%eigh(w=w, v=v)
    call fetch_line(w, values)
    call fetch(v, vectors)
    call assert_all(all(abs(values - eigenvalue) < tolerance), "eigenvalues")
    do i = 1, n
      call assert_all(all(abs(matmul(second, vectors(:, i)) - values(i) * vectors(:, i)) < tolerance), "eigenvector")
    end do
    call assert_all(all(abs(matmul(transpose(vectors), vectors) - identity(n)) < tolerance), "eigenvectors are orthonormal")
  end subroutine eigenvectors

  subroutine systems()
    type(hearth_array) :: a, b, x, inverse, det
    real(real64) :: right(n, 2)
    real(real64), allocatable :: values(:)
    integer :: i

    right(:, 1) = matmul(second, [(real(i, real64), i=1, n)])
    right(:, 2) = matmul(second, [(1 / real(i, real64), i=1, n)])
    call make(second, a)
    call make(right, b)
    call a%solve(b, x)
    call assert_all(is(x, reshape([[(real(i, real64), i=1, n)], [(1 / real(i, real64), i=1, n)]], [n, 2])), "solve")
    call a%inv(inverse)
    call inverse%matmul(a, x)
    call assert_all(is(x, identity(n)), "inverse")
    call a%det(det)
    call det%ravel(x)
    call fetch_line(x, values)
    call assert_close(values(1), real(n + 1, real64), tolerance * n, "determinant")
  end subroutine systems

  subroutine least_squares()
    type(hearth_array) :: a, b, x, residuals, s
    real(real64) :: line(8, 2), right(8, 1)
    integer :: i, rank

    line(:, 1) = 1
    line(:, 2) = [(real(i, real64), i=1, 8)]
    right(:, 1) = 3 + 0.5_real64 * line(:, 2)
    call make(line, a)
    call make(right, b)
    call a%lstsq(b, -1.0_real64, x, residuals, rank, s)
    call assert_all(rank == 2, "rank of a line's matrix")
    call assert_all(is(x, reshape([3.0_real64, 0.5_real64], [2, 1])), "lstsq finds the line")
  end subroutine least_squares

  subroutine refused()
    type(hearth_array) :: a, b, x
    real(real64) :: singular(n, n)

    singular = 1
    call make(singular, a)
    call make(second(:, 1:2), b)
    call a%solve(b, x, stat, message)
    call assert_all(stat == HEARTH_ERR_NUMERICAL, "a singular matrix: "//trim(message))
    call b%inv(x, stat, message)
    call assert_all(stat /= 0, "a matrix that is not square: "//trim(message))
  end subroutine refused

end program test_linalg
