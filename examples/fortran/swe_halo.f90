!> Halo exchange of the three fields, two cells wide, corners included, and
!> the mirror condition at the walls.
module swe_halo
  use mpi_f08
  use swe_kinds, only: wp, halo_width
  use swe_grid, only: grid
  implicit none
  private

  public :: halo_create, halo_exchange

  ! h, u and v travel in one message per neighbour: at these block sizes the
  ! latency of a message costs more than its bytes.
  integer, parameter :: nfields = 3

  type, public :: halo
    private
    real(wp), allocatable :: x_send(:,:), x_recv(:,:)   ! (:, 1 lower | 2 upper)
    real(wp), allocatable :: y_send(:,:), y_recv(:,:)
  end type halo

contains

  subroutine halo_create(hx, g)
    type(halo), intent(out) :: hx
    type(grid), intent(in) :: g
    integer :: nxbuf, nybuf

    nxbuf = nfields * halo_width * g%ny
    nybuf = nfields * halo_width * (g%nx + 2 * halo_width)
    allocate (hx%x_send(nxbuf, 2), hx%x_recv(nxbuf, 2))
    allocate (hx%y_send(nybuf, 2), hx%y_recv(nybuf, 2))
  end subroutine halo_create

  !> x first, then y over the full width: the second phase carries the corners.
  subroutine halo_exchange(hx, g, h, u, v)
    type(halo), intent(inout) :: hx
    type(grid), intent(in) :: g
    real(wp), contiguous, intent(inout) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: v(1-halo_width:, 1-halo_width:)
    integer, parameter :: w = halo_width
    integer :: nx, ny

    nx = g%nx
    ny = g%ny
    call pack_box(hx%x_send(:,1), h, u, v, 1, w, 1, ny)
    call pack_box(hx%x_send(:,2), h, u, v, nx-w+1, nx, 1, ny)
    call swap(g%comm, g%west, g%east, hx%x_send, hx%x_recv)
    call unpack_box(hx%x_recv(:,1), h, u, v, 1-w, 0, 1, ny)
    call unpack_box(hx%x_recv(:,2), h, u, v, nx+1, nx+w, 1, ny)

    call pack_box(hx%y_send(:,1), h, u, v, 1-w, nx+w, 1, w)
    call pack_box(hx%y_send(:,2), h, u, v, 1-w, nx+w, ny-w+1, ny)
    call swap(g%comm, g%south, g%north, hx%y_send, hx%y_recv)
    if (g%south /= MPI_PROC_NULL) then
      call unpack_box(hx%y_recv(:,1), h, u, v, 1-w, nx+w, 1-w, 0)
    else
      call mirror_south(h, u, v)
    end if
    if (g%north /= MPI_PROC_NULL) then
      call unpack_box(hx%y_recv(:,2), h, u, v, 1-w, nx+w, ny+1, ny+w)
    else
      call mirror_north(h, u, v, ny)
    end if
  end subroutine halo_exchange

  subroutine swap(comm, lower, upper, send, recv)
    type(MPI_Comm), intent(in) :: comm
    integer, intent(in) :: lower
    integer, intent(in) :: upper
    real(wp), contiguous, intent(in) :: send(:,:)
    real(wp), contiguous, intent(inout), asynchronous :: recv(:,:)
    type(MPI_Request) :: req(4)
    integer :: n

    ! The tag is the direction of travel: with two ranks in a row both
    ! neighbours are the same rank.
    n = size(send, 1)
    call MPI_Irecv(recv(:,1), n, MPI_DOUBLE_PRECISION, lower, 2, comm, req(1))
    call MPI_Irecv(recv(:,2), n, MPI_DOUBLE_PRECISION, upper, 1, comm, req(2))
    call MPI_Isend(send(:,1), n, MPI_DOUBLE_PRECISION, lower, 1, comm, req(3))
    call MPI_Isend(send(:,2), n, MPI_DOUBLE_PRECISION, upper, 2, comm, req(4))
    call MPI_Waitall(4, req, MPI_STATUSES_IGNORE)
  end subroutine swap

  pure subroutine pack_box(buf, h, u, v, i1, i2, j1, j2)
    real(wp), contiguous, intent(inout) :: buf(:)
    real(wp), contiguous, intent(in) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(in) :: v(1-halo_width:, 1-halo_width:)
    integer, intent(in) :: i1, i2, j1, j2
    integer :: j, n, k

    n = i2 - i1 + 1
    k = 0
    do j = j1, j2
      buf(k+1:k+n) = h(i1:i2, j)
      buf(k+n+1:k+2*n) = u(i1:i2, j)
      buf(k+2*n+1:k+3*n) = v(i1:i2, j)
      k = k + nfields * n
    end do
  end subroutine pack_box

  pure subroutine unpack_box(buf, h, u, v, i1, i2, j1, j2)
    real(wp), contiguous, intent(in) :: buf(:)
    real(wp), contiguous, intent(inout) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: v(1-halo_width:, 1-halo_width:)
    integer, intent(in) :: i1, i2, j1, j2
    integer :: j, n, k

    n = i2 - i1 + 1
    k = 0
    do j = j1, j2
      h(i1:i2, j) = buf(k+1:k+n)
      u(i1:i2, j) = buf(k+n+1:k+2*n)
      v(i1:i2, j) = buf(k+2*n+1:k+3*n)
      k = k + nfields * n
    end do
  end subroutine unpack_box

  !> No flow through the wall, no gradient of h and u across it (free slip).
  pure subroutine mirror_south(h, u, v)
    real(wp), contiguous, intent(inout) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: v(1-halo_width:, 1-halo_width:)
    integer :: k

    v(:, 0) = 0.0_wp
    do k = 1, halo_width
      h(:, 1-k) = h(:, k)
      u(:, 1-k) = u(:, k)
    end do
    do k = 1, halo_width - 1
      v(:, -k) = -v(:, k)
    end do
  end subroutine mirror_south

  pure subroutine mirror_north(h, u, v, ny)
    real(wp), contiguous, intent(inout) :: h(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: u(1-halo_width:, 1-halo_width:)
    real(wp), contiguous, intent(inout) :: v(1-halo_width:, 1-halo_width:)
    integer, intent(in) :: ny
    integer :: k

    v(:, ny) = 0.0_wp
    do k = 1, halo_width
      h(:, ny+k) = h(:, ny+1-k)
      u(:, ny+k) = u(:, ny+1-k)
      v(:, ny+k) = -v(:, ny-k)
    end do
  end subroutine mirror_north

end module swe_halo
