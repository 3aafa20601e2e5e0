using Propolis.Vmm.Bus;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Ps2;

/// <summary>
/// Keyboard and mouse at ports 0x60 and 0x64, interrupts 1 and 12, and one of the guest's ways to reset the machine. The host side presses keys and moves the mouse from
/// any thread; keys wait here while the keyboard's own buffer is full.
/// </summary>
public sealed class Ps2Controller : ILifecycle, ISnapshot
{
    /// <summary>Interrupt of the keyboard.</summary>
    public const int KeyboardInterrupt = 1;

    /// <summary>Interrupt of the mouse.</summary>
    public const int MouseInterrupt = 12;

    /// <summary>Presses and releases that wait; more are dropped, as by a keyboard that nobody reads.</summary>
    public const int MostWaitingKeys = 256;

    readonly Lock _gate = new();
    readonly I8042 _chip = new();
    readonly IInterruptLine _keyboardLine;
    readonly IInterruptLine _mouseLine;
    readonly IMachineControl _machine;
    readonly Queue<(Ps2Key Key, bool Down)> _waiting = new(MostWaitingKeys);

    /// <summary>A controller with keyboard and mouse.</summary>
    public Ps2Controller(InterruptInputs inputs, IMachineControl machine)
    {
        _keyboardLine = inputs.Connect(KeyboardInterrupt);
        _mouseLine = inputs.Connect(MouseInterrupt);
        _machine = machine;
    }

    /// <inheritdoc/>
    public string Kind => "ps2-controller";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>The lights that the guest set: bit 0 scroll lock, 1 num lock, 2 caps lock.</summary>
    public byte Leds
    {
        get { lock (_gate) return _chip.Keyboard.Leds; }
    }

    /// <summary>Takes ports 0x60 and 0x64.</summary>
    public void Attach(AddressBus ports)
    {
        ports.Register(0x60, 1, new DataPort(this));
        ports.Register(0x64, 1, new CommandPort(this));
    }

    /// <summary>Presses or releases a key.</summary>
    public void Key(Ps2Key key, bool down)
    {
        lock (_gate)
        {
            if (_waiting.Count == MostWaitingKeys) return;
            _waiting.Enqueue((key, down));
            Update();
        }
    }

    /// <summary>Presses or releases the key that makes an X11 keysym on a US keyboard. False when none does.</summary>
    public bool Keysym(uint keysym, bool down)
    {
        if (!Keysyms.TryFind(keysym, out var key)) return false;
        Key(key, down);
        return true;
    }

    /// <summary>Moves the mouse right and down by so many counts, its wheel towards the user, and sets its buttons: bit 0 left, 1 right, 2 middle.</summary>
    public void MoveMouse(int right, int down, int wheel, byte buttons)
    {
        lock (_gate)
        {
            _chip.Mouse.Move(right, -down, wheel, buttons);
            Update();
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        lock (_gate)
        {
            _waiting.Clear();
            _chip.Reset();
            Update();
        }
    }

    /// <summary>Writes the chips; keys that wait on the host's side stay behind.</summary>
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

    void Update()
    {
        while (_waiting.TryPeek(out var next) && _chip.Keyboard.Key(next.Key, next.Down)) _waiting.Dequeue();
        _chip.Refill();
        DriveLines();
    }

    void DriveLines()
    {
        Drive(_keyboardLine, _chip.KeyboardInterrupt);
        Drive(_mouseLine, _chip.MouseInterrupt);
    }

    static void Drive(IInterruptLine line, bool level)
    {
        if (level) line.Assert();
        else line.Deassert();
    }

    void Write(byte value, bool isCommand)
    {
        bool reset;
        lock (_gate)
        {
            reset = isCommand ? _chip.WriteCommand(value) : _chip.WriteData(value);
            Update();
        }
        if (reset) _machine.GuestReset("keyboard controller");
    }

    sealed class DataPort(Ps2Controller owner) : IBusDevice
    {
        public void Read(ulong offset, Span<byte> data)
        {
            lock (owner._gate)
            {
                data[0] = owner._chip.TakeOutput();
                // The lines fall before the next byte raises them: the interrupt controllers want an edge for each.
                owner.DriveLines();
                owner.Update();
            }
        }

        public void Write(ulong offset, ReadOnlySpan<byte> data) => owner.Write(data[0], isCommand: false);
    }

    sealed class CommandPort(Ps2Controller owner) : IBusDevice
    {
        public void Read(ulong offset, Span<byte> data)
        {
            lock (owner._gate) data[0] = owner._chip.Status;
        }

        public void Write(ulong offset, ReadOnlySpan<byte> data) => owner.Write(data[0], isCommand: true);
    }
}
