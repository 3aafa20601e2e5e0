using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Uart;

/// <summary>
/// A 16550 at a PC's serial port: eight ports, an interrupt, and a host side. What the guest sends goes to the host outside the lock, in order: of several vCPUs that
/// send, one carries everybody's bytes.
/// </summary>
public sealed class SerialPort : IBusDevice, IBurstWrite, ILifecycle, ISnapshot
{
    const int OutgoingSize = 4096;

    readonly Lock _gate = new();
    readonly Uart16550 _chip = new();
    readonly IInterruptLine _line;
    readonly SerialPortAddress _address;
    byte[] _outgoing = new byte[OutgoingSize];
    byte[] _carried = new byte[OutgoingSize];
    int _outgoingCount;
    bool _carrying;
    bool _hostWaits;
    bool _looked;
    ISerialHost? _host;

    /// <summary>A port with nothing plugged in: what the guest sends is lost.</summary>
    public SerialPort(SerialPortAddress address, InterruptInputs inputs)
    {
        _address = address;
        _line = inputs.Connect(address.Interrupt);
    }

    /// <inheritdoc/>
    public string Kind => "uart-16550";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>Takes the eight ports.</summary>
    public void Attach(AddressBus ports) => ports.Register(_address.Port, 8, this);

    /// <summary>Plugs something in, or (null) pulls it out.</summary>
    public void Plug(ISerialHost? host) => Volatile.Write(ref _host, host);

    /// <summary>
    /// Gives the guest bytes to read; takes as many as the receiver has room for and returns how many. After a short count <see cref="ISerialHost.ReceiveReady"/> says when
    /// to go on. From any thread.
    /// </summary>
    public int Receive(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var count = Math.Min(bytes.Length, _chip.Room);
            for (var i = 0; i < count; i++) _chip.Receive(bytes[i], 0);
            _hostWaits = count < bytes.Length;
            Update();
            return count;
        }
    }

    /// <summary>Sends the guest a break (Linux: the SysRq prefix). False when the receiver has no room.</summary>
    public bool ReceiveBreak()
    {
        lock (_gate)
        {
            if (_chip.Room == 0) return false;
            _chip.Receive(0, UartRules.Break);
            Update();
            return true;
        }
    }

    /// <summary>Sets the other side's modem lines, as bits 4 to 7 of MSR; at first CTS, DSR and DCD are up.</summary>
    public void SetModemLines(byte lines)
    {
        lock (_gate)
        {
            _chip.SetModemLines((byte)(lines & 0xf0));
            Update();
        }
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        bool notify;
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i++) data[i] = _chip.Read((int)offset + i);
            _looked = true;
            Update();
            notify = TakeRoomNotice();
        }
        if (notify) Volatile.Read(ref _host)?.ReceiveReady();
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        bool notify;
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i++) WriteRegister((int)offset + i, data[i]);
            Update();
            notify = TakeRoomNotice();
        }
        if (notify) Volatile.Read(ref _host)?.ReceiveReady();
        Carry();
    }

    /// <inheritdoc/>
    public void WriteBurst(ulong offset, int width, ReadOnlySpan<byte> elements)
    {
        for (var done = 0; done + width <= elements.Length;)
        {
            var piece = Math.Min(elements.Length - done, OutgoingSize / 2) / width * width;
            lock (_gate)
            {
                for (var i = 0; i < piece; i++) WriteRegister((int)offset + i % width, elements[done + i]);
                Update();
            }
            Carry();
            done += piece;
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        bool notify;
        lock (_gate)
        {
            _chip.Reset();
            Update();
            notify = TakeRoomNotice();
        }
        if (notify) Volatile.Read(ref _host)?.ReceiveReady();
    }

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        lock (_gate) _chip.Export(writer);
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            _chip.Import(reader);
            Update();
        }
    }

    void WriteRegister(int register, byte value)
    {
        var leaves = _chip.Write(register, value);
        if (!_chip.IsSending) return;
        // The transmitter's interrupt falls while a byte is on its way. Guests wait for the edge when it rises again, unless they write byte after byte without a look:
        // then the first edge is still to be taken, and two system calls a byte are saved.
        if (_looked) Update();
        _looked = false;
        _chip.FinishSending();
        // Full only while the carrier is inside a host that blocks, which it must not: then the line loses bytes, and the guest goes on.
        if (leaves && _outgoingCount < OutgoingSize) _outgoing[_outgoingCount++] = value;
    }

    /// <summary>True, once, when a host that found no room may go on: after reads, and after a write that left loopback or emptied the FIFO.</summary>
    bool TakeRoomNotice()
    {
        if (!_hostWaits || !_chip.IsReceiverEmpty || _chip.Room == 0) return false;
        _hostWaits = false;
        return true;
    }

    void Update()
    {
        if (_chip.Interrupt) _line.Assert();
        else _line.Deassert();
    }

    void Carry()
    {
        while (true)
        {
            int count;
            lock (_gate)
            {
                if (_carrying || _outgoingCount == 0) return;
                _carrying = true;
                count = _outgoingCount;
                _outgoingCount = 0;
                (_outgoing, _carried) = (_carried, _outgoing);
            }
            Volatile.Read(ref _host)?.Transmit(_carried.AsSpan(0, count));
            lock (_gate) _carrying = false;
        }
    }
}
