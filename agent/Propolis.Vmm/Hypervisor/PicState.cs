using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>One 8259 interrupt controller (Intel 8259A data sheet for the words). In a payload these bytes stand in this order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct PicState
{
    /// <summary>Levels of the inputs as last seen, for edge detection.</summary>
    public byte LastInputs;
    public byte Irr;
    public byte Imr;
    public byte Isr;

    /// <summary>The input with the highest priority.</summary>
    public byte HighestPriority;
    public byte VectorBase;

    /// <summary>1 when a read gives ISR, 0 for IRR.</summary>
    public byte ReadsIsr;
    public byte Poll;
    public byte SpecialMask;

    /// <summary>The initialization word that is expected next (1 to 3 for ICW2 to ICW4), 0 when done.</summary>
    public byte InitState;
    public byte AutoEoi;
    public byte RotateOnAutoEoi;
    public byte SpecialFullyNested;

    /// <summary>ICW1 announced an ICW4.</summary>
    public byte ExpectsIcw4;

    /// <summary>Edge/level control register: bit set for level.</summary>
    public byte Elcr;

    /// <summary>The writable bits of <see cref="Elcr"/>.</summary>
    public byte ElcrMask;
}
