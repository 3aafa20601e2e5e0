using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>Reads and writes lists of MSRs. The ioctls stop at the first register they cannot handle and return how many came before it.</summary>
static unsafe class KvmMsrAccess
{
    /// <summary>The values of all of <paramref name="indices"/> that this vCPU has.</summary>
    public static MsrValue[] ReadAll(DescriptorHandle vcpu, uint[] indices)
    {
        var values = new List<MsrValue>(indices.Length);
        var position = 0;
        while (position < indices.Length)
        {
            using var list = new KvmList<KvmMsrEntry>(indices.Length - position);
            for (var i = 0; i < list.Count; i++) list.Entries[i].Index = indices[position + i];
            var handled = KvmCall.Invoke(vcpu, KvmIoctl.GetMsrs, list.Pointer, "read MSRs");
            for (var i = 0; i < handled; i++) values.Add(new(list.Entries[i].Index, list.Entries[i].Data));
            // The one it stopped at is listed for the host but not for this guest: leave it out.
            position += handled + 1;
        }
        return [.. values];
    }

    /// <summary>
    /// Writes all of <paramref name="values"/>. A register that refuses is an error unless it holds the value already, or does not exist here
    /// and was zero.
    /// </summary>
    public static void WriteAll(DescriptorHandle vcpu, MsrValue[] values)
    {
        var position = 0;
        while (position < values.Length)
        {
            using var list = new KvmList<KvmMsrEntry>(values.Length - position);
            for (var i = 0; i < list.Count; i++)
                list.Entries[i] = new KvmMsrEntry { Index = values[position + i].Index, Data = values[position + i].Value };
            position += KvmCall.Invoke(vcpu, KvmIoctl.SetMsrs, list.Pointer, "set MSRs");
            if (position == values.Length) return;
            var refused = values[position++];
            var current = TryRead(vcpu, refused.Index, out var value) ? value : 0;
            if (current != refused.Value)
                throw new HypervisorException($"This host's KVM refuses the value 0x{refused.Value:x} for MSR 0x{refused.Index:x}, which the guest has set.");
        }
    }

    /// <summary>Reads one register; false when this vCPU does not have it.</summary>
    public static bool TryRead(DescriptorHandle vcpu, uint index, out ulong value)
    {
        var one = new OneMsr { Head = { Nmsrs = 1 }, Entry = { Index = index } };
        var handled = KvmLibrary.Ioctl(vcpu.Value, KvmIoctl.GetMsrs, &one);
        value = one.Entry.Data;
        return handled == 1;
    }

    /// <summary>Writes one register; false when this vCPU does not take it.</summary>
    public static bool TryWrite(DescriptorHandle vcpu, uint index, ulong value)
    {
        var one = new OneMsr { Head = { Nmsrs = 1 }, Entry = { Index = index, Data = value } };
        return KvmLibrary.Ioctl(vcpu.Value, KvmIoctl.SetMsrs, &one) == 1;
    }

    struct OneMsr
    {
        public KvmMsrs Head;
        public KvmMsrEntry Entry;
    }
}
