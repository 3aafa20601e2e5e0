using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Devices.Pvpanic;

/// <summary>
/// The ISA pvpanic device, port 0x505: reads say which events the host understands, writes report them. They are counted and told, nothing more: what becomes of the
/// machine is the guest's next step. The counts are of this process and do not migrate.
/// </summary>
public sealed class PvpanicPort(Action<PanicEvents> onPanic) : IBusDevice
{
    /// <summary>The port.</summary>
    public const ushort Port = 0x505;

    const PanicEvents Understood = PanicEvents.HostHandled | PanicEvents.GuestHandled;

    long _hostHandled;
    long _guestHandled;

    /// <summary>Panics left to the host.</summary>
    public long HostHandled => Volatile.Read(ref _hostHandled);

    /// <summary>Panics that the guest handles itself.</summary>
    public long GuestHandled => Volatile.Read(ref _guestHandled);

    /// <summary>Takes the port.</summary>
    public void Attach(AddressBus ports) => ports.Register(Port, 1, this);

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data) => data[0] = (byte)Understood;

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        var events = (PanicEvents)data[0] & Understood;
        if ((events & PanicEvents.HostHandled) != 0) Interlocked.Increment(ref _hostHandled);
        if ((events & PanicEvents.GuestHandled) != 0) Interlocked.Increment(ref _guestHandled);
        if (events != PanicEvents.None) onPanic(events);
    }
}
