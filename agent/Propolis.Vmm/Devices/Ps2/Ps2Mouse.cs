using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Ps2;

/// <summary>
/// A PS/2 mouse: the standard three-byte protocol, and a wheel once the guest has knocked with sample rates 200, 100, 80 (IBM PS/2 Hardware Interface Technical
/// Reference, "Auxiliary Device"; Microsoft IntelliMouse). Movement adds up while nobody takes packets. Guarded by its controller's lock.
/// </summary>
public sealed class Ps2Mouse
{
    const byte Acknowledge = 0xfa;
    const byte Resend = 0xfe;
    const byte WheelId = 3;
    const int Farthest = 255;
    const int MostPending = 1 << 16;

    readonly Ps2Queue _queue = new(16);
    byte _awaited;
    byte _lastSent;
    byte _resolution = 2;
    byte _rate = 100;
    byte _id;
    byte _knock;
    byte _buttons;
    byte _reportedButtons;
    bool _reporting;
    bool _remote;
    bool _wrap;
    bool _doubled;
    int _x;
    int _y;
    int _wheel;

    /// <summary>A byte is ready.</summary>
    public bool HasData => _queue.Count > 0;

    /// <summary>The guest asked for movement.</summary>
    public bool IsReporting => _reporting;

    /// <summary>
    /// The pointer moved right and up by so many counts, the wheel towards the user, and the buttons are now down as given: bit 0 left, 1 right, 2 middle.
    /// </summary>
    public void Move(int right, int up, int wheel, byte buttons)
    {
        _x = Math.Clamp(_x + Math.Clamp(right, -MostPending, MostPending), -MostPending, MostPending);
        _y = Math.Clamp(_y + Math.Clamp(up, -MostPending, MostPending), -MostPending, MostPending);
        _wheel = Math.Clamp(_wheel + Math.Clamp(wheel, -64, 64), -64, 64);
        _buttons = (byte)(buttons & 7);
        ReportChange();
    }

    /// <summary>Takes the next byte for the controller. False when there is none.</summary>
    public bool TryTake(out byte value)
    {
        if (!_queue.TryTake(out value)) return false;
        _lastSent = value;
        if (_queue.Count == 0) ReportChange();
        return true;
    }

    /// <summary>A byte from the controller.</summary>
    public void Write(byte value)
    {
        var awaited = _awaited;
        _awaited = 0;
        if (_wrap && value is not (0xec or 0xff)) _queue.Add(value);
        else if (awaited != 0) TakeParameter(awaited, value);
        else TakeCommand(value);
    }

    /// <summary>Back to power-on, without the self test's answer.</summary>
    public void Reset()
    {
        _queue.Clear();
        _awaited = _lastSent = _id = _knock = 0;
        _buttons = _reportedButtons = 0;
        _wrap = false;
        SetDefaults();
    }

    /// <summary>Writes everything.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)[_awaited, _lastSent, _resolution, _rate, _id, _knock, _buttons, _reportedButtons]);
        writer.Write(_reporting);
        writer.Write(_remote);
        writer.Write(_wrap);
        writer.Write(_doubled);
        writer.Write(_x);
        writer.Write(_y);
        writer.Write(_wheel);
        _queue.Export(writer);
    }

    /// <summary>Replaces everything.</summary>
    public void Import(StateReader reader)
    {
        Span<byte> registers = stackalloc byte[8];
        reader.ReadBytes(registers);
        (_awaited, _lastSent, _resolution, _rate) = (registers[0], registers[1], registers[2], registers[3]);
        (_id, _knock, _buttons, _reportedButtons) = (registers[4], registers[5], registers[6], registers[7]);
        _reporting = reader.ReadBoolean();
        _remote = reader.ReadBoolean();
        _wrap = reader.ReadBoolean();
        _doubled = reader.ReadBoolean();
        _x = Math.Clamp(reader.ReadInt32(), -MostPending, MostPending);
        _y = Math.Clamp(reader.ReadInt32(), -MostPending, MostPending);
        _wheel = Math.Clamp(reader.ReadInt32(), -64, 64);
        _queue.Import(reader);
    }

    void TakeCommand(byte command)
    {
        // A command interrupts what is being sent; its answer comes first.
        _queue.Clear();
        switch (command)
        {
            case 0xe6 or 0xe7: _doubled = command == 0xe7; break;
            case 0xe8 or 0xf3: _awaited = command; break;
            case 0xe9: ReplyStatus(); return;
            case 0xea: _remote = false; break;
            case 0xeb:
                _queue.Add(Acknowledge);
                AppendPacket();
                return;
            case 0xec: _wrap = false; break;
            case 0xee: _wrap = true; break;
            case 0xf0: _remote = true; break;
            case 0xf2:
                _queue.Add(Acknowledge);
                _queue.Add(_id);
                return;
            case 0xf4: _reporting = true; break;
            case 0xf5: _reporting = false; break;
            case 0xf6: SetDefaults(); break;
            case 0xfe:
                _queue.Add(_lastSent);
                return;
            case 0xff:
                Reset();
                _queue.Add(Acknowledge);
                _queue.Add(0xaa);
                _queue.Add(0x00);
                return;
            default:
                _queue.Add(Resend);
                return;
        }
        _queue.Add(Acknowledge);
    }

    void TakeParameter(byte command, byte value)
    {
        _queue.Clear();
        if (command == 0xe8) _resolution = (byte)(value & 3);
        else TakeRate(value);
        _queue.Add(Acknowledge);
    }

    void TakeRate(byte rate)
    {
        _rate = rate;
        _knock = (_knock, rate) switch
        {
            (_, 200) => 1,
            (1, 100) => 2,
            (2, 80) => 3,
            _ => 0,
        };
        if (_knock != 3) return;
        _id = WheelId;
        _knock = 0;
    }

    void ReplyStatus()
    {
        _queue.Add(Acknowledge);
        _queue.Add((byte)(
            (_remote ? 0x40 : 0) | (_reporting ? 0x20 : 0) | (_doubled ? 0x10 : 0) |
            ((_buttons & 1) << 2) | ((_buttons & 4) >> 1) | ((_buttons & 2) >> 1)));
        _queue.Add(_resolution);
        _queue.Add(_rate);
    }

    void SetDefaults()
    {
        _resolution = 2;
        _rate = 100;
        _reporting = _remote = _doubled = false;
        _x = _y = _wheel = 0;
    }

    void ReportChange()
    {
        var changed = _x != 0 || _y != 0 || (_wheel != 0 && _id == WheelId) || _buttons != _reportedButtons;
        if (changed && _reporting && !_remote && !_wrap && _queue.Count == 0) AppendPacket();
    }

    void AppendPacket()
    {
        var (x, y) = (Math.Clamp(_x, -Farthest, Farthest), Math.Clamp(_y, -Farthest, Farthest));
        _x -= x;
        _y -= y;
        _queue.Add((byte)(0x08 | _buttons | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0)));
        _queue.Add((byte)x);
        _queue.Add((byte)y);
        _reportedButtons = _buttons;
        if (_id != WheelId)
        {
            _wheel = 0;
            return;
        }
        var wheel = Math.Clamp(_wheel, -8, 7);
        _wheel -= wheel;
        _queue.Add((byte)wheel);
    }
}
