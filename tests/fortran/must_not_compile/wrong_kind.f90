program wrong_kind
  use hearth
  implicit none
  integer, parameter :: wide = selected_real_kind(30)
  real(wide), target :: a(10)
  type(hearth_window) :: window
  window = hearth_window(a) ! must not compile
  print *, window%ndim
end program wrong_kind
