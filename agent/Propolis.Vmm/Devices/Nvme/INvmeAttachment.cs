namespace Propolis.Vmm.Devices.Nvme;

/// <summary>What the controller's chip needs of the place where it is attached. Called from any thread with none of the chip's locks held.</summary>
interface INvmeAttachment
{
    /// <summary>Has the chip served on its I/O thread soon.</summary>
    void Wake();

    /// <summary>A queue has new entries: send its interrupt.</summary>
    void Interrupt(CompletionQueue queue);

    /// <summary>The pin's level may have changed: unread entries, masks or queues did.</summary>
    void UpdatePin();

    /// <summary>True when interrupts go by the pin, so that the guest must ring for each acknowledgement.</summary>
    bool UsesPin { get; }

    /// <summary>The guest lets the controller reach memory.</summary>
    bool IsBusMaster { get; }

    /// <summary>Queues or shadow doorbells changed: bind what the kernel can ring.</summary>
    void UpdateDoorbells();
}
