using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>One frame of the control connection.</summary>
readonly record struct ControlFrame(ControlType Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Reads the payload.</summary>
    public StateReader Read() => new(Payload, $"migration frame {Type}");
}
