using Propolis.Vmm.State;
using static Propolis.Vmm.Devices.Uart.UartRules;

namespace Propolis.Vmm.Devices.Uart;

/// <summary>
/// The NS16550D's registers and receiver FIFO (data sheet section 8). The line is infinitely fast: a byte written to the transmitter leaves at once, and a
/// FIFO that holds less than its trigger level counts as timed out, because nothing more is on its way. Guarded by its owner's lock.
/// </summary>
public sealed class Uart16550
{
    readonly byte[] _data = new byte[FifoSize];
    readonly byte[] _errors = new byte[FifoSize];
    readonly byte[] _divisor = [0x0c, 0x00];
    int _head;
    int _count;
    byte _ier;
    byte _fcr;
    byte _lcr;
    byte _mcr;
    byte _scratch;
    byte _overrun;
    byte _modem = Cts | Dsr | Carrier;
    byte _modemDeltas;
    bool _transmitterInterrupt;
    bool _sending;

    /// <summary>The interrupt output.</summary>
    public bool Interrupt => Identify() != NoInterrupt;

    /// <summary>Bytes that the receiver takes now: none in loopback, where the line is cut off.</summary>
    public int Room => (_mcr & Loop) != 0 ? 0 : Capacity - _count;

    /// <summary>A byte was written to the transmitter and <see cref="FinishSending"/> has not been called: its interrupt is down meanwhile.</summary>
    public bool IsSending => _sending;

    /// <summary>The guest wants an interrupt when the transmitter is empty.</summary>
    public bool AwaitsTransmitter => (_ier & TransmitterEmpty) != 0;

    /// <summary>No byte waits to be read.</summary>
    public bool IsReceiverEmpty => _count == 0;

    const byte NoInterrupt = 0x01;

    int Capacity => (_fcr & FifoEnable) != 0 ? FifoSize : 1;

    byte Modem => (_mcr & Loop) != 0 ? LoopedModemLines(_mcr) : _modem;

    /// <summary>Reads register 0 to 7.</summary>
    public byte Read(int register) => register switch
    {
        0 => (_lcr & DivisorLatch) != 0 ? _divisor[0] : TakeReceived(),
        1 => (_lcr & DivisorLatch) != 0 ? _divisor[1] : _ier,
        2 => TakeIdentity(),
        3 => _lcr,
        4 => _mcr,
        5 => TakeLineStatus(),
        6 => TakeModemStatus(),
        _ => _scratch,
    };

    /// <summary>Writes register 0 to 7. True when <paramref name="value"/> leaves on the line.</summary>
    public bool Write(int register, byte value)
    {
        switch (register)
        {
            case 0 when (_lcr & DivisorLatch) != 0: _divisor[0] = value; break;
            case 0: return Send(value);
            case 1 when (_lcr & DivisorLatch) != 0: _divisor[1] = value; break;
            case 1: WriteInterruptEnable(value); break;
            case 2: WriteFifoControl(value); break;
            case 3: _lcr = value; break;
            case 4: WriteModemControl(value); break;
            case 7: _scratch = value; break;
        }
        return false;
    }

    /// <summary>The byte has left: the transmitter is empty.</summary>
    public void FinishSending()
    {
        _sending = false;
        _transmitterInterrupt = true;
    }

    /// <summary>A byte comes in from the line, with its error bits of LSR (0, or <see cref="Break"/>). Without room it is lost and flagged.</summary>
    public void Receive(byte value, byte errors)
    {
        if (_count == Capacity)
        {
            _overrun = Overrun;
            // A FIFO keeps what it has; the single receiver buffer of 16450 mode is overwritten.
            if (Capacity == 1) (_data[_head], _errors[_head]) = (value, errors);
            return;
        }
        var tail = (_head + _count) % FifoSize;
        (_data[tail], _errors[tail]) = (value, errors);
        _count++;
    }

    /// <summary>The other side's modem lines change, as bits of MSR.</summary>
    public void SetModemLines(byte lines)
    {
        var before = Modem;
        _modem = lines;
        _modemDeltas |= ModemDeltas(before, Modem);
    }

    /// <summary>The master reset pin; scratch, divisor and the other side's lines stay (data sheet table III).</summary>
    public void Reset()
    {
        _ier = _fcr = _lcr = _mcr = _overrun = _modemDeltas = 0;
        _head = _count = 0;
        _transmitterInterrupt = _sending = false;
    }

    /// <summary>Writes registers and FIFO.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)[_ier, _fcr, _lcr, _mcr, _scratch, _overrun, _modem, _modemDeltas, _divisor[0], _divisor[1]]);
        writer.Write(_transmitterInterrupt);
        writer.Write(_sending);
        writer.Write(_count);
        for (var i = 0; i < _count; i++)
        {
            writer.Write(_data[(_head + i) % FifoSize]);
            writer.Write(_errors[(_head + i) % FifoSize]);
        }
    }

    /// <summary>Replaces registers and FIFO.</summary>
    public void Import(StateReader reader)
    {
        Span<byte> registers = stackalloc byte[10];
        reader.ReadBytes(registers);
        (_ier, _fcr, _lcr, _mcr, _scratch) = (registers[0], registers[1], registers[2], registers[3], registers[4]);
        (_overrun, _modem, _modemDeltas, _divisor[0], _divisor[1]) = (registers[5], registers[6], registers[7], registers[8], registers[9]);
        _transmitterInterrupt = reader.ReadBoolean();
        _sending = reader.ReadBoolean();
        (_head, _count) = (0, reader.ReadInt32());
        if ((uint)_count > (uint)Capacity) throw new StateFormatException($"{reader.Owner}: {_count} bytes in a FIFO of {Capacity}.");
        for (var i = 0; i < _count; i++) (_data[i], _errors[i]) = (reader.ReadByte(), reader.ReadByte());
    }

    byte FrontErrors => _count > 0 ? _errors[_head] : (byte)0;

    /// <summary>IIR bits 0 to 3 by priority: line status, received data, timeout, transmitter, modem (data sheet table IV).</summary>
    byte Identify()
    {
        if ((_ier & LineStatus) != 0 && (_overrun | FrontErrors) != 0) return 0x06;
        if ((_ier & ReceivedData) != 0 && _count > 0) return (byte)(_count >= TriggerLevel(_fcr) ? 0x04 : 0x0c);
        if ((_ier & TransmitterEmpty) != 0 && _transmitterInterrupt) return 0x02;
        if ((_ier & ModemStatus) != 0 && _modemDeltas != 0) return 0x00;
        return NoInterrupt;
    }

    byte TakeIdentity()
    {
        var identity = Identify();
        if (identity == 0x02) _transmitterInterrupt = false;
        return (byte)(identity | ((_fcr & FifoEnable) != 0 ? 0xc0 : 0));
    }

    byte TakeReceived()
    {
        if (_count == 0) return 0;
        var value = _data[_head];
        _head = (_head + 1) % FifoSize;
        _count--;
        return value;
    }

    byte TakeLineStatus()
    {
        var status = (byte)(TransmitterIdle | (_count > 0 ? DataReady : 0) | _overrun | FrontErrors);
        if ((_fcr & FifoEnable) != 0 && HasError()) status |= FifoError;
        _overrun = 0;
        if (_count > 0) _errors[_head] = 0;
        return status;
    }

    bool HasError()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_errors[(_head + i) % FifoSize] != 0) return true;
        }
        return false;
    }

    byte TakeModemStatus()
    {
        var status = (byte)(Modem | _modemDeltas);
        _modemDeltas = 0;
        return status;
    }

    bool Send(byte value)
    {
        _transmitterInterrupt = false;
        _sending = true;
        if ((_mcr & Loop) == 0) return true;
        Receive(value, 0);
        return false;
    }

    void WriteInterruptEnable(byte value)
    {
        // Switching the transmitter's interrupt on while it is empty raises it.
        if ((value & ~_ier & TransmitterEmpty) != 0) _transmitterInterrupt = true;
        _ier = (byte)(value & 0x0f);
    }

    void WriteFifoControl(byte value)
    {
        if (((value ^ _fcr) & FifoEnable) != 0 || (value & FifoClearReceiver) != 0) _head = _count = 0;
        _fcr = (value & FifoEnable) != 0 ? (byte)(value & 0xc9) : (byte)0;
    }

    void WriteModemControl(byte value)
    {
        var before = Modem;
        _mcr = (byte)(value & 0x1f);
        _modemDeltas |= ModemDeltas(before, Modem);
    }
}
