namespace Propolis.Vmm.Bus;

/// <summary>
/// One interrupt-controller input that several wires share: it is high while at least one of them is. Needed because KVM keeps a level, not a
/// count (facts: bhyve.md section 4). The callback runs under the lock, so that two wires cannot deliver their changes in the wrong order;
/// it makes one system call and calls nobody back.
/// </summary>
public sealed class SharedInterrupt(Action<bool> setLevel)
{
    readonly Lock _gate = new();
    int _asserted;

    /// <summary>A new wire to this input, low at first.</summary>
    public IInterruptLine Connect() => new Wire(this);

    /// <summary>Sets the input's level again: after the controller's own state was imported or reset.</summary>
    public void Refresh()
    {
        lock (_gate) setLevel(_asserted > 0);
    }

    sealed class Wire(SharedInterrupt input) : IInterruptLine
    {
        bool _high;

        public void Assert()
        {
            lock (input._gate)
            {
                if (_high) return;
                _high = true;
                if (++input._asserted == 1) input.SetLevel(true);
            }
        }

        public void Deassert()
        {
            lock (input._gate)
            {
                if (!_high) return;
                _high = false;
                if (--input._asserted == 0) input.SetLevel(false);
            }
        }
    }

    void SetLevel(bool level) => setLevel(level);
}
