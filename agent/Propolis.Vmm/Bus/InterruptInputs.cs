namespace Propolis.Vmm.Bus;

/// <summary>
/// The global system interrupts of a machine, 0 to 23: each may be shared by several wires. Numbers 0 to 15 reach the PICs as well as the IO APIC (the hypervisor
/// does that), so an ISA interrupt number is the number here.
/// </summary>
public sealed class InterruptInputs
{
    /// <summary>How many inputs there are: the pins of KVM's IO APIC, the smaller one.</summary>
    public const int Count = 24;

    readonly SharedInterrupt[] _inputs = new SharedInterrupt[Count];

    /// <summary>Inputs that drive <paramref name="setLevel"/> (number, high), which is <see cref="Hypervisor.IVirtualMachine.SetInterruptLevel"/>.</summary>
    public InterruptInputs(Action<int, bool> setLevel)
    {
        for (var i = 0; i < Count; i++)
        {
            var number = i;
            _inputs[i] = new SharedInterrupt(level => setLevel(number, level));
        }
    }

    /// <summary>A new wire to an input, low at first.</summary>
    public IInterruptLine Connect(int number) => _inputs[number].Connect();

    /// <summary>Sets every level again: after the interrupt controllers were reset or imported.</summary>
    public void Refresh()
    {
        foreach (var input in _inputs) input.Refresh();
    }
}
