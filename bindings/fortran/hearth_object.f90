!> What all handles have in common: which C object a variable names, who destroys it, and what happens when a call fails.
!>
!> A variable holds no C pointer but the number of a slot in a table, and the ticket under which the slot was given out. Copies of a variable,
!> which the language makes by assignment and compilers by themselves, are other names of the same object: they neither keep it alive nor destroy
!> it at the end of their scope, which only the variable that created it does, known by its address. A name whose object is gone has an old
!> ticket and gives C a null pointer, which every function refuses. (Counting references by defined assignment was tried: gfortran 12 finalizes a
!> temporary of its own after it assigned components, and the count is wrong.)
module hearth_object
  use, intrinsic :: iso_c_binding
  use, intrinsic :: iso_fortran_env, only: error_unit
  use hearth_constants
  use hearth_c
  use hearth_convert, only: to_text, pointer_to_text, hearth_narrow
  implicit none
  private
  public :: hearth_handle, adopt, adopt_context, leave, finalize, raw, context_of, enable, is_disabled, settle, settle_in_situ

  !> An object of the library, or none.
  type, abstract :: hearth_handle
    private
    integer :: slot = 0
    integer(c_int64_t) :: ticket = 0
    type(c_ptr) :: owner = c_null_ptr !< address of the variable that destroys the object
    logical :: disabled = .false. !< an in-situ verb has failed and said so
  contains
    procedure(free_interface), deferred, nopass :: free_c
    procedure :: destroy => handle_destroy
    procedure :: is_alive => handle_is_alive
    procedure :: c_handle => raw
  end type hearth_handle

  abstract interface
    !> The C destroy function of the type.
    function free_interface(handle) result(status)
      import :: c_ptr, c_int
      type(c_ptr), intent(inout) :: handle
      integer(c_int) :: status
    end function free_interface
  end interface

  type :: slot_type
    integer(c_int64_t) :: ticket = 0 !< 0: the slot is free
    integer :: next_free = 0
    type(c_ptr) :: handle = c_null_ptr
    type(c_ptr) :: context = c_null_ptr !< alive as long as the object is
    integer(c_int32_t) :: on_error = HEARTH_ON_ERROR_CONTINUE
  end type slot_type

  type(slot_type), allocatable, save :: slots(:)
  integer, save :: first_free = 0
  integer(c_int64_t), save :: last_ticket = 0

  integer, parameter :: message_length = 4096

contains

  !> Destroys the object, whichever of its names is used; a variable that names none is left alone. Local variables that created an object
  !> do so at the end of their scope; variables of main programs and modules are not finalized by the language, so call it there.
  subroutine handle_destroy(self, stat, errmsg)
    class(hearth_handle), intent(inout) :: self
    integer, optional, intent(out) :: stat
    character(len=*), optional, intent(inout) :: errmsg
    integer(c_int) :: status

    call drop(self, status)
    ! A context that is gone keeps no message: what its destruction had to say is the thread's last error then.
    call settle(status, context_of(self), "destroy", stat, errmsg)
  end subroutine handle_destroy

  !> True from a successful constructor to the object's end.
  pure function handle_is_alive(self) result(alive)
    class(hearth_handle), intent(in) :: self
    logical :: alive

    alive = .false.
    if (self%slot > 0) alive = slots(self%slot)%ticket == self%ticket
  end function handle_is_alive

  !> The C pointer, lent; null for a variable that names no object.
  pure function raw(self) result(handle)
    class(hearth_handle), intent(in) :: self
    type(c_ptr) :: handle

    handle = c_null_ptr
    if (handle_is_alive(self)) handle = slots(self%slot)%handle
  end function raw

  !> The context that keeps the object's messages; null where there is no object.
  pure function context_of(self) result(context)
    class(hearth_handle), intent(in) :: self
    type(c_ptr) :: context

    context = c_null_ptr
    if (handle_is_alive(self)) context = slots(self%slot)%context
  end function context_of

  !> Takes over what a constructor made, under the context of `parent`.
  subroutine adopt(self, handle, status, parent)
    class(hearth_handle), intent(inout), target :: self
    type(c_ptr), intent(in) :: handle
    integer(c_int), intent(in) :: status
    class(hearth_handle), intent(in) :: parent
    type(slot_type) :: entry

    if (status /= HEARTH_OK) return
    entry%handle = handle
    entry%context = slots(parent%slot)%context
    entry%on_error = slots(parent%slot)%on_error
    call give_slot(self, entry)
  end subroutine adopt

  !> The same for a new context, which has no parent.
  subroutine adopt_context(self, handle, status, on_error)
    class(hearth_handle), intent(inout), target :: self
    type(c_ptr), intent(in) :: handle
    integer(c_int), intent(in) :: status
    integer(c_int32_t), intent(in) :: on_error
    type(slot_type) :: entry

    if (status /= HEARTH_OK) return
    entry%handle = handle
    entry%context = handle
    entry%on_error = on_error
    call give_slot(self, entry)
  end subroutine adopt_context

  subroutine give_slot(self, entry)
    class(hearth_handle), intent(inout), target :: self
    type(slot_type), intent(in) :: entry

    if (first_free == 0) call grow()
    self%slot = first_free
    first_free = slots(self%slot)%next_free
    last_ticket = last_ticket + 1
    slots(self%slot) = entry
    slots(self%slot)%ticket = last_ticket
    self%ticket = last_ticket
    self%owner = c_loc(self%slot)
    self%disabled = .false.
  end subroutine give_slot

  subroutine grow()
    type(slot_type), allocatable :: larger(:)
    integer :: i, n

    n = 0
    if (allocated(slots)) n = size(slots)
    allocate (larger(2 * n + 16))
    if (n > 0) larger(:n) = slots
    do i = n + 1, size(larger) - 1
      larger(i)%next_free = i + 1
    end do
    first_free = n + 1
    call move_alloc(larger, slots)
  end subroutine grow

  !> Destroys the object. If C refuses (an access window is open), it stays.
  subroutine drop(self, status)
    class(hearth_handle), intent(inout) :: self
    integer(c_int), intent(out) :: status
    type(c_ptr) :: handle

    status = HEARTH_OK
    if (handle_is_alive(self)) then
      handle = slots(self%slot)%handle
      status = self%free_c(handle)
      if (c_associated(handle)) return
      slots(self%slot) = slot_type(next_free=first_free)
      first_free = self%slot
    end if
    call forget(self)
  end subroutine drop

  subroutine forget(self)
    class(hearth_handle), intent(inout) :: self

    self%slot = 0
    self%ticket = 0
    self%owner = c_null_ptr
  end subroutine forget

  !> Before a variable is given another object: destroys the one it created; only forgets one that it is another name of.
  subroutine leave(self)
    class(hearth_handle), intent(inout), target :: self
    integer(c_int) :: status

    if (c_associated(self%owner, c_loc(self%slot))) call drop(self, status)
    call forget(self)
  end subroutine leave

  !> At the end of a variable's life.
  subroutine finalize(self)
    class(hearth_handle), intent(inout), target :: self

    call leave(self)
  end subroutine finalize

  !> A reset object takes part again.
  subroutine enable(self)
    class(hearth_handle), intent(inout) :: self

    self%disabled = .false.
  end subroutine enable

  !> Whether the object's in-situ verbs are to return at once. Ranks agree on that without a word: the verbs of an estimator fail on all ranks in
  !> the same call, and that of an array (rebind) is local.
  pure function is_disabled(self)
    class(hearth_handle), intent(in) :: self
    logical :: is_disabled

    is_disabled = self%disabled
  end function is_disabled

  !> Ends a call that is no in-situ verb: fills stat and errmsg, or prints and stops.
  subroutine settle(status, context, where, stat, errmsg)
    integer(c_int), intent(in) :: status
    type(c_ptr), intent(in) :: context
    character(len=*), intent(in) :: where
    integer, optional, intent(out) :: stat
    character(len=*), optional, intent(inout) :: errmsg
    character(len=:), allocatable :: message
    integer(c_int32_t) :: rank

    if (present(stat)) stat = merge(HEARTH_ERR_ARGUMENT, int(status, c_int32_t), status == hearth_narrow)
    if (status == HEARTH_OK) return
    call describe(status, context, where, message, rank)
    if (present(errmsg)) errmsg = message
    if (present(stat)) return
    write (error_unit, "(a)") message
    flush (error_unit)
    error stop 1
  end subroutine settle

  !> Ends an in-situ verb: an analysis must not end a model, so without stat a failure is printed, by the rank that met it, and disables the
  !> object. With stat the verb fills it and disables nothing.
  subroutine settle_in_situ(self, status, where, stat, errmsg)
    class(hearth_handle), intent(inout) :: self
    integer(c_int), intent(in) :: status
    character(len=*), intent(in) :: where
    integer, optional, intent(out) :: stat
    character(len=*), optional, intent(inout) :: errmsg
    character(len=:), allocatable :: message
    integer(c_int32_t) :: rank, own_rank

    if (present(stat) .or. status == HEARTH_OK .or. must_stop(self)) then
      call settle(status, context_of(self), where, stat, errmsg)
      return
    end if
    call describe(status, context_of(self), where, message, rank)
    if (present(errmsg)) errmsg = message
    self%disabled = .true.
    own_rank = rank
    if (c_hearth_context_rank(context_of(self), own_rank) /= HEARTH_OK) own_rank = rank
    if (rank >= 0 .and. rank /= own_rank) return
    write (error_unit, "(a)") message//" (the analysis is disabled, the program goes on)"
    flush (error_unit)
  end subroutine settle_in_situ

  pure function must_stop(self)
    class(hearth_handle), intent(in) :: self
    logical :: must_stop

    must_stop = .false.
    if (handle_is_alive(self)) must_stop = slots(self%slot)%on_error == HEARTH_ON_ERROR_STOP
  end function must_stop

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
    if (recorded == status .and. text(1) /= c_null_char) then
      message = message//to_text(text)
    else
      message = message//pointer_to_text(c_hearth_status_string(status))
    end if
  end subroutine describe

end module hearth_object
