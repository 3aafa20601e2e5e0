using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Ps2;

/// <summary>
/// An MF II keyboard at the end of the wire: commands, scan code sets 1 and 2, and a buffer of 16 bytes of keys (IBM PS/2 Hardware Interface Technical Reference,
/// "Keyboards"). Guarded by its controller's lock.
/// </summary>
public sealed class Ps2Keyboard
{
    /// <summary>Bytes of keys that the keyboard holds while nobody takes them.</summary>
    public const int BufferSize = 16;

    const byte Acknowledge = 0xfa;
    const byte Resend = 0xfe;
    const byte SelfTestPassed = 0xaa;
    const byte DefaultRate = 0x2b;

    readonly Ps2Queue _replies = new(8);
    readonly Ps2Queue _keys = new(BufferSize);
    byte _awaited;
    byte _lastSent;
    byte _leds;
    byte _rate = DefaultRate;
    byte _set = 2;
    bool _scanning = true;

    /// <summary>The lights: bit 0 scroll lock, 1 num lock, 2 caps lock.</summary>
    public byte Leds => _leds;

    /// <summary>A byte is ready.</summary>
    public bool HasData => _replies.Count + _keys.Count > 0;

    /// <summary>Takes the next byte for the controller, replies before keys. False when there is none.</summary>
    public bool TryTake(out byte value)
    {
        if (!_replies.TryTake(out value) && !_keys.TryTake(out value)) return false;
        _lastSent = value;
        return true;
    }

    /// <summary>
    /// A key goes down or up. False when the buffer is full: try again later. A keyboard that does not scan takes the key and forgets it.
    /// </summary>
    public bool Key(Ps2Key key, bool down) => !_scanning || ScanCodes.TryAppend(_keys, key, down, _set);

    /// <summary>A byte from the controller: a command, or the parameter that one waits for.</summary>
    public void Write(byte value)
    {
        var awaited = _awaited;
        _awaited = 0;
        // Command codes start at 0xED and no parameter is as large: a command replaces one that waits.
        if (awaited != 0 && value < 0xed) TakeParameter(awaited, value);
        else TakeCommand(value);
    }

    /// <summary>Back to power-on, without the self test's answer.</summary>
    public void Reset()
    {
        _replies.Clear();
        _awaited = _lastSent = _leds = 0;
        SetDefaults();
        _scanning = true;
    }

    /// <summary>Writes everything.</summary>
    public void Export(StateWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)[_awaited, _lastSent, _leds, _rate, _set]);
        writer.Write(_scanning);
        _replies.Export(writer);
        _keys.Export(writer);
    }

    /// <summary>Replaces everything.</summary>
    public void Import(StateReader reader)
    {
        Span<byte> registers = stackalloc byte[5];
        reader.ReadBytes(registers);
        (_awaited, _lastSent, _leds, _rate, _set) = (registers[0], registers[1], registers[2], registers[3], registers[4]);
        if (_set is not (1 or 2)) throw new StateFormatException($"{reader.Owner}: scan code set {_set} where 1 or 2 belongs.");
        _scanning = reader.ReadBoolean();
        _replies.Import(reader);
        _keys.Import(reader);
    }

    void TakeCommand(byte command)
    {
        switch (command)
        {
            case 0xed or 0xf0 or 0xf3: Await(command); break;
            case 0xee: _replies.Add(0xee); break;
            case 0xf2: Reply(0xab, 0x83); break;
            case 0xf4: Start(true); break;
            case 0xf5: Start(false); break;
            case 0xf6: Start(_scanning); break;
            // Set-3 commands: acknowledged, without effect in sets 1 and 2.
            case >= 0xf7 and <= 0xfa: _replies.Add(Acknowledge); break;
            case 0xfb or 0xfc or 0xfd: Await(command); break;
            case 0xfe: _replies.Add(_lastSent); break;
            case 0xff:
                Reset();
                Reply(SelfTestPassed);
                break;
            default: _replies.Add(Resend); break;
        }
    }

    void TakeParameter(byte command, byte value)
    {
        switch (command)
        {
            case 0xed: _leds = (byte)(value & 7); break;
            case 0xf3: _rate = (byte)(value & 0x7f); break;
            case 0xf0 when value == 0:
                Reply(_set);
                return;
            case 0xf0 when value is 1 or 2:
                _set = value;
                _keys.Clear();
                break;
            case 0xf0:
                _replies.Add(Resend);
                return;
        }
        _replies.Add(Acknowledge);
    }

    void Await(byte command)
    {
        _awaited = command;
        _replies.Add(Acknowledge);
    }

    void Start(bool scanning)
    {
        SetDefaults();
        _scanning = scanning;
        _replies.Add(Acknowledge);
    }

    void SetDefaults()
    {
        _keys.Clear();
        _rate = DefaultRate;
        _set = 2;
    }

    void Reply(byte first, byte? second = null)
    {
        _replies.Add(Acknowledge);
        _replies.Add(first);
        if (second is { } more) _replies.Add(more);
    }
}
