namespace Propolis.Vmm.Bus;

/// <summary>A level-triggered wire to an interrupt controller. Both calls may be repeated: only a change of level does anything.</summary>
public interface IInterruptLine
{
    /// <summary>Raises the line.</summary>
    void Assert();

    /// <summary>Lowers the line.</summary>
    void Deassert();
}
