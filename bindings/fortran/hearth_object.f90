!> What all handles have in common: the C pointer, the number of Fortran variables that share it, and what happens when a call fails.
module hearth_object
  use, intrinsic :: iso_c_binding
  use, intrinsic :: iso_fortran_env, only: error_unit
  use hearth_constants
  use hearth_c
  use hearth_convert, only: to_text, pointer_to_text, hearth_narrow
  implicit none
  private
  public :: hearth_handle, adopt, drop, share, settle, settle_in_situ

  !> An object of the library. The components are the binding's own, except that handle may be passed to C code that takes the object.
  type, abstract :: hearth_handle
    type(c_ptr) :: handle = c_null_ptr
    type(c_ptr) :: context = c_null_ptr !< the context it belongs to; alive as long as the object is
    integer, pointer :: references => null() !< how many Fortran variables share the handle (assignment shares, never copies)
    integer(c_int32_t) :: on_error = HEARTH_ON_ERROR_CONTINUE !< the context's option
    logical :: silenced = .false. !< an in-situ verb has failed and said so
  contains
    procedure(free_interface), deferred :: free_c
    procedure :: destroy => handle_destroy
    procedure :: is_alive => handle_is_alive
  end type hearth_handle

  abstract interface
    !> Calls the C destroy function of the type on self%handle.
    function free_interface(self) result(status)
      import :: hearth_handle, c_int
      class(hearth_handle), intent(inout) :: self
      integer(c_int) :: status
    end function free_interface
  end interface

  integer, parameter :: message_length = 4096

contains

  !> Releases the object; a variable that holds none is left alone. After this, or without it at the end of a scope, nothing remains;
  !> a main program's own variables are not finalized by the language, so call it there. Local or collective as the C function is.
  subroutine handle_destroy(self, stat, errmsg)
    class(hearth_handle), intent(inout) :: self
    integer, optional, intent(out) :: stat
    character(len=*), optional, intent(inout) :: errmsg
    integer(c_int) :: status

    call drop(self, status)
    ! A context that is gone keeps no message: what its destruction had to say is the thread's last error then.
    call settle(status, self%context, "destroy", stat, errmsg)
  end subroutine handle_destroy

  !> True from a successful constructor to destroy.
  pure function handle_is_alive(self) result(alive)
    class(hearth_handle), intent(in) :: self
    logical :: alive

    alive = c_associated(self%handle)
  end function handle_is_alive

  !> Takes over what a constructor made, under the context of `parent`.
  subroutine adopt(self, handle, status, parent)
    class(hearth_handle), intent(inout) :: self
    type(c_ptr), intent(in) :: handle
    integer(c_int), intent(in) :: status
    class(hearth_handle), optional, intent(in) :: parent

    if (status /= HEARTH_OK) return
    self%handle = handle
    allocate (self%references, source=1)
    self%silenced = .false.
    if (.not. present(parent)) return
    self%context = parent%context
    self%on_error = parent%on_error
  end subroutine adopt

  !> Gives up this variable's share; the last one destroys. If C refuses (an access window is open), the variable keeps the object.
  subroutine drop(self, status)
    class(hearth_handle), intent(inout) :: self
    integer(c_int), optional, intent(out) :: status
    integer(c_int) :: outcome

    outcome = HEARTH_OK
    if (associated(self%references)) then
      if (self%references > 1) then
        self%references = self%references - 1
        self%handle = c_null_ptr
      else
        outcome = self%free_c()
        if (.not. c_associated(self%handle)) deallocate (self%references)
      end if
    end if
    if (.not. c_associated(self%handle)) then
      nullify (self%references)
      self%context = c_null_ptr
      self%silenced = .false.
    end if
    if (present(status)) status = outcome
  end subroutine drop

  !> Assignment: both variables name the same object from now on, which lives until both are gone.
  subroutine share(self, other)
    class(hearth_handle), intent(inout) :: self
    class(hearth_handle), intent(in) :: other

    if (associated(self%references, other%references)) return
    call drop(self)
    if (.not. associated(other%references)) return
    self%handle = other%handle
    self%context = other%context
    self%references => other%references
    self%on_error = other%on_error
    self%silenced = other%silenced
    self%references = self%references + 1
  end subroutine share

  !> Ends a call that is no in-situ verb: fills stat and errmsg, or prints and stops.
  subroutine settle(status, context, where, stat, errmsg)
    integer(c_int), intent(in) :: status
    type(c_ptr), intent(in) :: context
    character(len=*), intent(in) :: where
    integer, optional, intent(out) :: stat
    character(len=*), optional, intent(inout) :: errmsg
    character(len=:), allocatable :: message
    integer(c_int32_t) :: rank

    if (present(stat)) stat = visible(status)
    if (status == HEARTH_OK) return
    call describe(status, context, where, message, rank)
    if (present(errmsg)) errmsg = message
    if (present(stat)) return
    write (error_unit, "(a)") message
    flush (error_unit)
    error stop 1
  end subroutine settle

  !> Ends an in-situ verb: an analysis must not end a model, so without stat the first failure is printed, by the rank that met it, and
  !> later ones of the object are silent. They are still handed to C, which refuses them: ranks that know nothing yet may wait for this one.
  subroutine settle_in_situ(self, status, where, stat, errmsg)
    class(hearth_handle), intent(inout) :: self
    integer(c_int), intent(in) :: status
    character(len=*), intent(in) :: where
    integer, optional, intent(out) :: stat
    character(len=*), optional, intent(inout) :: errmsg
    character(len=:), allocatable :: message
    integer(c_int32_t) :: rank, own_rank

    if (present(stat) .or. status == HEARTH_OK .or. self%on_error == HEARTH_ON_ERROR_STOP) then
      call settle(status, self%context, where, stat, errmsg)
      return
    end if
    call describe(status, self%context, where, message, rank)
    if (present(errmsg)) errmsg = message
    if (self%silenced) return
    self%silenced = .true.
    own_rank = rank
    if (c_associated(self%context)) then
      if (c_hearth_context_rank(self%context, own_rank) /= HEARTH_OK) own_rank = rank
    end if
    if (rank >= 0 .and. rank /= own_rank) return
    write (error_unit, "(a)") message//" (the analysis is disabled, the program goes on)"
    flush (error_unit)
  end subroutine settle_in_situ

  pure function visible(status)
    integer(c_int), intent(in) :: status
    integer :: visible

    visible = int(merge(HEARTH_ERR_ARGUMENT, status, status == hearth_narrow))
  end function visible

  !> The message that belongs to `status`: the context's last error, or the thread's where there was no context to record it.
  subroutine describe(status, context, where, message, rank)
    integer(c_int), intent(in) :: status
    type(c_ptr), intent(in) :: context
    character(len=*), intent(in) :: where
    character(len=:), allocatable, intent(out) :: message
    integer(c_int32_t), intent(out) :: rank
    type(c_ptr) :: places(2)
    character(kind=c_char) :: text(message_length)
    character(len=12) :: number
    integer(c_int32_t) :: recorded
    integer :: i

    rank = 0
    if (status == hearth_narrow) then
      message = "hearth: "//where//": a result does not fit a default integer, pass integer(int64) variables"
      return
    end if
    places = [context, c_null_ptr]
    text = c_null_char
    recorded = HEARTH_OK
    do i = 1, 2
      if (c_hearth_last_error(places(i), recorded, rank, text, int(message_length, c_int64_t)) /= HEARTH_OK) cycle
      if (recorded == status) exit
    end do
    write (number, "(i0)") rank
    message = "hearth: "
    if (rank >= 0) message = message//"rank "//trim(number)//": " ! a failure without a context knows no rank
    message = message//where//": "
    if (recorded == status) message = message//to_text(text)
    if (recorded /= status .or. text(1) == c_null_char) message = message//pointer_to_text(c_hearth_status_string(status))
  end subroutine describe

end module hearth_object
