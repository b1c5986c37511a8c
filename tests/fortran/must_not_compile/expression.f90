program expression
  use hearth
  implicit none
  real(8), target :: a(10)
  type(hearth_window) :: window
  window = hearth_window(2 * a) ! must not compile
  print *, window%ndim
end program expression
