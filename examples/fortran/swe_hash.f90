!> Counter-based random numbers: a pure function of (key, counter), so that
!> the stirring is the same however the grid is divided among the ranks and
!> wherever in time a run starts.
module swe_hash
  use swe_kinds, only: wp, i8
  implicit none
  private

  public :: hash32, hash_normal

  integer(i8), parameter :: mask32 = int(z'FFFFFFFF', i8)

  ! Multipliers of 30 bits: the product with a 32-bit value stays below 2**63.
  ! Fortran leaves integer overflow undefined, so none may happen here.
  ! The constants are from C. Wellons' "hash prospector" search (2018).
  integer(i8), parameter :: mul1 = int(z'2C1B3C6D', i8)
  integer(i8), parameter :: mul2 = int(z'297A2D39', i8)

contains

  !> A bijection of 32-bit values that scatters every input bit.
  elemental function hash32(x) result(r)
    integer(i8), intent(in) :: x
    integer(i8) :: r

    r = iand(x, mask32)
    r = ieor(r, shiftr(r, 15))
    r = iand(r * mul1, mask32)
    r = ieor(r, shiftr(r, 12))
    r = iand(r * mul2, mask32)
    r = ieor(r, shiftr(r, 15))
  end function hash32

  !> Nearly normal number of mean 0 and variance 1 for a key and a counter.
  !> The sum of four uniforms needs no library function, whose last bit could
  !> differ from one machine to the next.
  elemental function hash_normal(key, counter) result(g)
    integer, intent(in) :: key
    integer, intent(in) :: counter
    real(wp) :: g
    integer(i8) :: seed
    integer :: k

    seed = hash32(ieor(hash32(int(key, i8) + 1_i8), int(counter, i8)))
    g = 0.0_wp
    do k = 1, 4
      seed = hash32(seed + 97_i8)
      g = g + (real(seed, wp) + 0.5_wp) / 4294967296.0_wp - 0.5_wp
    end do
    g = g * sqrt(3.0_wp)
  end function hash_normal

end module swe_hash
