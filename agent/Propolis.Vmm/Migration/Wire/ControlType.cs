namespace Propolis.Vmm.Migration.Wire;

/// <summary>Frames of the control connection. The numbers are the wire's and never reused.</summary>
enum ControlType : byte
{
    /// <summary>Source: what the machine is.</summary>
    Offer = 1,

    /// <summary>Target: it fits, send.</summary>
    Accept = 2,

    /// <summary>Target: it cannot be, with the reason; nothing follows.</summary>
    Refuse = 3,

    /// <summary>Target: a whole pass has arrived.</summary>
    PassDone = 4,

    /// <summary>Source: head of one part's state.</summary>
    StateHead = 5,

    /// <summary>Source: bytes of the state that the last head announced.</summary>
    StateBytes = 6,

    /// <summary>Source: that was all, with how long the guest has stood still; from here on only the decision counts.</summary>
    Final = 7,

    /// <summary>Target: everything is taken over.</summary>
    Ready = 8,

    /// <summary>Source: what was decided, as far as it knows.</summary>
    Decided = 9,

    /// <summary>Target: the guest runs.</summary>
    Running = 10,

    /// <summary>Either, before the decision: it is given up, with the reason; nothing follows.</summary>
    Cancel = 11,
}
