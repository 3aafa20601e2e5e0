using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Ps2;

/// <summary>
/// The keyboard controller's registers (IBM PS/2 Hardware Interface Technical Reference, "Keyboard/Auxiliary Device Controller"): one output byte at a time, commands,
/// translation to set 1. Guarded by its owner's lock.
/// </summary>
public sealed class I8042
{
    const byte KeyboardInterruptEnable = 0x01;
    const byte MouseInterruptEnable = 0x02;
    const byte SystemFlag = 0x04;
    const byte KeyboardOff = 0x10;
    const byte MouseOff = 0x20;
    const byte Translation = 0x40;
    const byte PowerOnConfiguration = Translation | MouseOff | SystemFlag | KeyboardInterruptEnable;

    readonly byte[] _ram = new byte[32];
    readonly Ps2Queue _replies = new(8);
    readonly Ps2Queue _mouseReplies = new(8);
    byte _output;
    byte _awaited;
    bool _full;
    bool _fromMouse;
    bool _lastWasCommand;
    bool _releasing;

    /// <summary>A controller at power-on.</summary>
    public I8042() => _ram[0] = PowerOnConfiguration;

    /// <summary>The keyboard.</summary>
    public Ps2Keyboard Keyboard { get; } = new();

    /// <summary>The mouse.</summary>
    public Ps2Mouse Mouse { get; } = new();

    /// <summary>Interrupt 1: a byte of the keyboard's waits.</summary>
    public bool KeyboardInterrupt => _full && !_fromMouse && (_ram[0] & KeyboardInterruptEnable) != 0;

    /// <summary>Interrupt 12: a byte of the mouse's waits.</summary>
    public bool MouseInterrupt => _full && _fromMouse && (_ram[0] & MouseInterruptEnable) != 0;

    /// <summary>The status register at 0x64.</summary>
    public byte Status => (byte)(
        (_full ? 0x01 : 0) | (_ram[0] & SystemFlag) | (_lastWasCommand ? 0x08 : 0) | 0x10 | (_full && _fromMouse ? 0x20 : 0));

    /// <summary>Reads 0x60: takes the output byte; the next one comes with <see cref="Refill"/>, so that the interrupt can fall in between.</summary>
    public byte TakeOutput()
    {
        _full = false;
        return _output;
    }

    /// <summary>Puts the next byte into the empty output register: the controller's own, then the keyboard's, then the mouse's.</summary>
    public void Refill()
    {
        if (_full) return;
        if (_replies.TryTake(out var value)) Fill(value, fromMouse: false);
        else if (_mouseReplies.TryTake(out value)) Fill(value, fromMouse: true);
        else if (TryTakeKeyboard(out value)) Fill(value, fromMouse: false);
        else if ((_ram[0] & MouseOff) == 0 && Mouse.TryTake(out value)) Fill(value, fromMouse: true);
    }

    /// <summary>Writes 0x60. True when the guest pulls the reset line.</summary>
    public bool WriteData(byte value)
    {
        var awaited = _awaited;
        _awaited = 0;
        _lastWasCommand = false;
        switch (awaited)
        {
            case 0:
                // Talking to the keyboard switches its interface on.
                _ram[0] &= unchecked((byte)~KeyboardOff);
                Keyboard.Write(value);
                break;
            case >= 0x60 and <= 0x7f: _ram[awaited & 0x1f] = value; break;
            case 0xd1: return (value & 1) == 0;
            case 0xd2: _replies.Add(value); break;
            case 0xd3: _mouseReplies.Add(value); break;
            case 0xd4: Mouse.Write(value); break;
        }
        return false;
    }

    /// <summary>Writes 0x64. True when the guest pulls the reset line.</summary>
    public bool WriteCommand(byte command)
    {
        _awaited = 0;
        _lastWasCommand = true;
        switch (command)
        {
            case >= 0x20 and <= 0x3f: _replies.Add(_ram[command & 0x1f]); break;
            case (>= 0x60 and <= 0x7f) or (>= 0xd1 and <= 0xd4): _awaited = command; break;
            case 0xa7: _ram[0] |= MouseOff; break;
            case 0xa8: _ram[0] &= unchecked((byte)~MouseOff); break;
            // Line tests of mouse and keyboard: no fault.
            case 0xa9 or 0xab: _replies.Add(0x00); break;
            case 0xaa:
                _ram[0] |= SystemFlag;
                _replies.Add(0x55);
                break;
            case 0xad: _ram[0] |= KeyboardOff; break;
            case 0xae: _ram[0] &= unchecked((byte)~KeyboardOff); break;
            // Input port: keyboard not locked.
            case 0xc0: _replies.Add(0x80); break;
            case 0xd0: _replies.Add(OutputPort); break;
            case >= 0xf0: return (command & 1) == 0;
        }
        return false;
    }

    /// <summary>Back to power-on, keyboard and mouse too.</summary>
    public void Reset()
    {
        Array.Clear(_ram);
        _ram[0] = PowerOnConfiguration;
        _replies.Clear();
        _mouseReplies.Clear();
        _output = _awaited = 0;
        _full = _fromMouse = _lastWasCommand = _releasing = false;
        Keyboard.Reset();
        Mouse.Reset();
    }

    /// <summary>Writes everything.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)_ram);
        writer.Write(_output);
        writer.Write(_awaited);
        writer.Write(_full);
        writer.Write(_fromMouse);
        writer.Write(_lastWasCommand);
        writer.Write(_releasing);
        _replies.Export(writer);
        _mouseReplies.Export(writer);
        Keyboard.Export(writer);
        Mouse.Export(writer);
    }

    /// <summary>Replaces everything.</summary>
    public void Import(StateReader reader)
    {
        reader.ReadBytes(_ram);
        _output = reader.ReadByte();
        _awaited = reader.ReadByte();
        _full = reader.ReadBoolean();
        _fromMouse = reader.ReadBoolean();
        _lastWasCommand = reader.ReadBoolean();
        _releasing = reader.ReadBoolean();
        _replies.Import(reader);
        _mouseReplies.Import(reader);
        Keyboard.Import(reader);
        Mouse.Import(reader);
    }

    /// <summary>Reset line up, A20 open, and the two interrupts.</summary>
    byte OutputPort => (byte)(0x03 | (_full && !_fromMouse ? 0x10 : 0) | (_full && _fromMouse ? 0x20 : 0));

    void Fill(byte value, bool fromMouse)
    {
        _output = value;
        _full = true;
        _fromMouse = fromMouse;
    }

    bool TryTakeKeyboard(out byte value)
    {
        value = 0;
        if ((_ram[0] & KeyboardOff) != 0) return false;
        while (Keyboard.TryTake(out value))
        {
            if ((_ram[0] & Translation) == 0) return true;
            if (value == ScanCodes.Release)
            {
                _releasing = true;
                continue;
            }
            value = (byte)(ScanCodes.Translate(value) | (_releasing ? 0x80 : 0));
            _releasing = false;
            return true;
        }
        return false;
    }
}
