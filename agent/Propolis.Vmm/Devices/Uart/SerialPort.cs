using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Uart;

/// <summary>
/// A 16550 at a PC's serial port: eight ports, an interrupt, and a host side. What the guest sends goes to the host outside the lock, in order and line by line, at most
/// <see cref="HoldTime"/> late: of several vCPUs that send, one carries everybody's bytes. A guest that sends from its interrupt handler is let out of it now and then:
/// behind an infinitely fast line it would stay there until its buffers are empty, and its other work would starve.
/// </summary>
public sealed class SerialPort : IBusDevice, IBurstWrite, ILifecycle, ISnapshot
{
    const int OutgoingSize = 4096;
    const int HeldAtMost = 64;
    const int SentPerTick = 256;

    readonly Lock _gate = new();
    readonly Uart16550 _chip = new();
    readonly IInterruptLine _line;
    readonly SerialPortAddress _address;
    readonly ITimer _timer;
    byte[] _outgoing = new byte[OutgoingSize];
    byte[] _carried = new byte[OutgoingSize];
    int _outgoingCount;
    int _sentThisTick;
    bool _ticking;
    bool _paused;
    bool _carrying;
    bool _hostWaits;
    bool _looked;
    ISerialHost? _host;

    /// <summary>A port with nothing plugged in: what the guest sends is lost.</summary>
    public SerialPort(SerialPortAddress address, InterruptInputs inputs, TimeProvider time)
    {
        _address = address;
        _line = inputs.Connect(address.Interrupt);
        _timer = time.CreateTimer(static self => ((SerialPort)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long a byte may wait for the rest of its line, and the transmitter's interrupt after 256 bytes: 256 KB a second, 22 times a real line's speed.</summary>
    public static TimeSpan HoldTime { get; } = TimeSpan.FromMilliseconds(1);

    /// <inheritdoc/>
    public string Kind => "uart-16550";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>Takes the eight ports.</summary>
    public void Attach(AddressBus ports) => ports.Register(_address.Port, 8, this);

    /// <summary>Plugs something in, or (null) pulls it out.</summary>
    public void Plug(ISerialHost? host) => Volatile.Write(ref _host, host);

    /// <summary>
    /// Gives the guest bytes to read; takes as many as the receiver has room for, none while paused, and returns how many. After a short count
    /// <see cref="ISerialHost.ReceiveReady"/> says when to go on. From any thread.
    /// </summary>
    public int Receive(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            // Paused, the chip's state is being read, or replaced by another's: a byte taken now would be lost with it.
            var count = _paused ? 0 : Math.Min(bytes.Length, _chip.Room);
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
            if (_paused || _chip.Room == 0) return false;
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
        bool notify, carry;
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i++) WriteRegister((int)offset + i, data[i]);
            Update();
            notify = TakeRoomNotice();
            carry = IsWorthCarrying;
        }
        if (notify) Volatile.Read(ref _host)?.ReceiveReady();
        if (carry) Carry();
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

    /// <summary>Hands over what is held and stops the clock.</summary>
    public Task PauseAsync()
    {
        lock (_gate)
        {
            _paused = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        Carry();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Resume()
    {
        bool notify;
        lock (_gate)
        {
            _paused = _ticking = false;
            if (_chip.IsSending) StartTick();
            notify = TakeRoomNotice();
        }
        if (notify) Volatile.Read(ref _host)?.ReceiveReady();
    }

    /// <inheritdoc/>
    public void Halt()
    {
        _timer.Dispose();
        Carry();
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
        lock (_gate)
        {
            _chip.Export(writer);
            writer.Write((ushort)_sentThisTick);
        }
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            _chip.Import(reader);
            _sentThisTick = reader.ReadUInt16();
            if (_chip.IsSending) StartTick();
            Update();
        }
    }

    bool IsWorthCarrying => _outgoingCount >= HeldAtMost || (_outgoingCount > 0 && _outgoing[_outgoingCount - 1] == (byte)'\n');

    void WriteRegister(int register, byte value)
    {
        var leaves = _chip.Write(register, value);
        if (!_chip.IsSending) return;
        // The transmitter's interrupt falls while a byte is on its way. Guests wait for the edge when it rises again, unless they write byte after byte without a look:
        // then the first edge is still to be taken, and two system calls a byte are saved.
        if (_looked) Update();
        _looked = false;
        _sentThisTick = Math.Min(_sentThisTick + 1, SentPerTick);
        if (_sentThisTick < SentPerTick || !_chip.AwaitsTransmitter) _chip.FinishSending();
        // Full only while the carrier is inside a host that blocks, which it must not: then the line loses bytes, and the guest goes on.
        if (leaves && _outgoingCount < OutgoingSize) _outgoing[_outgoingCount++] = value;
        StartTick();
    }

    void StartTick()
    {
        if (_ticking || _paused) return;
        _ticking = true;
        _timer.Change(HoldTime, Timeout.InfiniteTimeSpan);
    }

    void OnTick()
    {
        lock (_gate)
        {
            if (_paused) return;
            _ticking = false;
            _sentThisTick = 0;
            if (_chip.IsSending) _chip.FinishSending();
            Update();
        }
        Carry();
    }

    /// <summary>True, once, when a host that found no room may go on: after reads, after a write that left loopback or emptied the FIFO, and after a pause.</summary>
    bool TakeRoomNotice()
    {
        if (!_hostWaits || _paused || !_chip.IsReceiverEmpty || _chip.Room == 0) return false;
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
