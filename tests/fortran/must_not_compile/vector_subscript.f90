program vector_subscript
  use hearth
  implicit none
  real(8), target :: a(10)
  type(hearth_window) :: window
  window = hearth_window(a([1, 3, 4])) ! must not compile
  print *, window%ndim
end program vector_subscript
